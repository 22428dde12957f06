import type { Column, Path, Query } from './syntax.ts';

/** A rule that a well-formed query violates. `column` is the index of the column, or -1 for GROUP BY. */
export interface Violation {
  readonly column: number;
  readonly message: string;
}

/** Returns the first rule of the hub that a grammatical query violates, or undefined. */
export function findViolation(query: Query): Violation | undefined {
  const columns = query.columns === '*' ? [] : query.columns;
  const groupBy = query.groupBy;
  if (query.source === 'devices.jobs' && columns.length > 0) {
    return { column: 0, message: 'A query of devices.jobs can only SELECT *' };
  }
  if (groupBy.length > 0 && (query.source !== 'devices' || query.columns === '*')) {
    return { column: -1, message: 'GROUP BY needs FROM devices and a list of columns' };
  }
  const aggregate = columns.findIndex((column) => column.kind !== 'path');
  if (aggregate >= 0 && query.source !== 'devices') {
    return { column: aggregate, message: 'Aggregates need FROM devices' };
  }
  return findUngroupedColumn(columns, groupBy, aggregate >= 0) ?? findDuplicate(columns);
}

function findUngroupedColumn(
  columns: readonly Column[],
  groupBy: readonly Path[],
  hasAggregate: boolean,
): Violation | undefined {
  if (!hasAggregate && groupBy.length === 0) return undefined;
  const column = columns.findIndex(
    (candidate) => candidate.kind === 'path' && !groupBy.some((path) => isSamePath(path, candidate.path)),
  );
  if (column < 0) return undefined;
  return { column, message: 'The property must stand in GROUP BY or in an aggregate' };
}

function findDuplicate(columns: readonly Column[]): Violation | undefined {
  const seen = new Set<string>();
  for (const [index, column] of columns.entries()) {
    const names = namesOf(column);
    if (names.some((name) => seen.has(name))) {
      return { column: index, message: 'Two columns would have the same name, give one an alias with AS' };
    }
    for (const name of names) seen.add(name);
  }
  return undefined;
}

// A root without an alias gets its canonical spelling, so roots that differ in letter case only are duplicates.
function namesOf(column: Column): readonly string[] {
  if (column.alias !== undefined) return [column.alias];
  if (column.kind !== 'path') return [];
  const last = column.path.steps.at(-1);
  if (last === undefined) return [column.path.root, `root ${column.path.root.toLowerCase()}`];
  return typeof last === 'string' ? [last] : [];
}

function isSamePath(left: Path, right: Path): boolean {
  return (
    left.root.toLowerCase() === right.root.toLowerCase() &&
    left.steps.length === right.steps.length &&
    left.steps.every((step, index) => step === right.steps[index])
  );
}

import { formatJson, type JsonObject } from '../domain/json.ts';
import { compilePath, type QueryCollection, type Reader } from './collection.ts';
import { columnNames, objectOf } from './columns.ts';
import type { AggregateName, Column, Path } from './syntax.ts';
import { numberOf, plain, type Value } from './values.ts';

/** Rows with equal values of the GROUP BY paths; `first` stands for them all. */
interface Group<Row> {
  readonly first: Row | undefined;
  readonly summaries: readonly Summary[];
  rowCount: number;
}

/** What a group remembers of one column; only numbers are counted. */
interface Summary {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

/** Compiles columns with aggregates, or GROUP BY, to what they make of the selected rows. */
export function compileAggregation<Row>(
  columns: readonly Column[],
  groupBy: readonly Path[],
  collection: QueryCollection<Row>,
): (rows: Iterable<Row>) => readonly JsonObject[] {
  const names = columnNames(columns, collection);
  const keys = groupBy.map((path) => compilePath(path, collection));
  const readers = columns.map((column): Reader<Row> | undefined =>
    column.kind === 'count' ? undefined : compilePath(column.path, collection),
  );
  return (rows) => {
    const groups = new Map<string, Group<Row>>();
    // Without GROUP BY there is one row of totals even for no rows at all.
    if (keys.length === 0) groups.set('', createGroup<Row>(undefined, columns.length));
    for (const row of rows) {
      const key = keys.map((read) => keyOf(read(row))).join();
      const group = groups.get(key) ?? createGroup(row, columns.length);
      groups.set(key, group);
      addRow(group, row, readers);
    }
    return [...groups.values()].map((group) =>
      objectOf(names, (index) => cellOf(group, columns[index], readers[index], index)),
    );
  };
}

function createGroup<Row>(first: Row | undefined, columnCount: number): Group<Row> {
  const summaries = Array.from({ length: columnCount }, () => ({
    count: 0,
    sum: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
  }));
  return { first, summaries, rowCount: 0 };
}

function addRow<Row>(group: Group<Row>, row: Row, readers: readonly (Reader<Row> | undefined)[]): void {
  group.rowCount++;
  group.summaries.forEach((summary, index) => {
    const value = numberOf(readers[index]?.(row));
    if (value === undefined) return;
    summary.count++;
    summary.sum += value;
    summary.minimum = Math.min(summary.minimum, value);
    summary.maximum = Math.max(summary.maximum, value);
  });
}

const RESULTS: Record<AggregateName, (summary: Summary) => number | undefined> = {
  AVG: ({ count, sum }) => (count === 0 ? undefined : sum / count),
  SUM: ({ sum }) => sum,
  MIN: ({ count, minimum }) => (count === 0 ? undefined : minimum),
  MAX: ({ count, maximum }) => (count === 0 ? undefined : maximum),
};

function cellOf<Row>(
  group: Group<Row>,
  column: Column | undefined,
  read: Reader<Row> | undefined,
  index: number,
): Value {
  const summary = group.summaries[index];
  if (column === undefined || summary === undefined) return undefined;
  if (column.kind === 'count') return group.rowCount;
  if (column.kind === 'aggregate') return RESULTS[column.aggregate](summary);
  return group.first === undefined ? undefined : read?.(group.first);
}

// Values are the same group when they compare as equal, however a number is spelled; JSON text keeps types apart.
function keyOf(value: Value): string {
  const key = plain(value);
  return key === undefined ? '' : formatJson(key);
}

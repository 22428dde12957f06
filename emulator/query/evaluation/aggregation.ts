import { formatJson, type JsonObject } from '../../domain/json.ts';
import type { AggregateName, Column, Path } from '../syntax/syntax.ts';
import { compilePath, type QueryCollection, type Reader } from './collection.ts';
import { columnNames, objectOf } from './columns.ts';
import { numberOf, plain, type Value } from './values.ts';

/** Compiles columns with aggregates or GROUP BY to a function from the selected rows to the result items. */
export function compileAggregation<Row>(
  columns: readonly Column[],
  groupBy: readonly Path[],
  collection: QueryCollection<Row>,
): (rows: Iterable<Row>) => readonly JsonObject[] {
  const names = columnNames(columns, collection);
  const keys = groupBy.map((path) => compilePath(path, collection));
  const createCells = columns.map((column) => compileCell(column, collection));
  const createGroup = () => createCells.map((create) => create());
  return (rows) => {
    const groups = new Map<string, readonly Cell<Row>[]>();
    // Without GROUP BY there is one item of totals, even if no row is selected.
    if (keys.length === 0) groups.set('', createGroup());
    for (const row of rows) {
      const key = keys.map((read) => keyOf(read(row))).join();
      const group = groups.get(key) ?? createGroup();
      groups.set(key, group);
      for (const cell of group) cell.add(row);
    }
    return [...groups.values()].map((group) => objectOf(names, (index) => group[index]?.result()));
  };
}

/** One column of one group. It receives every row of the group and then returns its value. */
interface Cell<Row> {
  add(row: Row): void;
  result(): Value;
}

function compileCell<Row>(column: Column, collection: QueryCollection<Row>): () => Cell<Row> {
  switch (column.kind) {
    case 'count':
      return createCount;
    case 'path': {
      const read = compilePath(column.path, collection);
      return () => createFirst(read);
    }
    case 'aggregate': {
      const read = compilePath(column.path, collection);
      return () => createSummary(read, RESULTS[column.aggregate]);
    }
  }
}

function createCount(): Cell<unknown> {
  let count = 0;
  return {
    add() {
      count++;
    },
    result: () => count,
  };
}

// A path beside aggregates is one of GROUP BY. So every row of the group has the same value.
function createFirst<Row>(read: Reader<Row>): Cell<Row> {
  let first: { readonly value: Value } | undefined;
  return {
    add(row) {
      first ??= { value: read(row) };
    },
    result: () => first?.value,
  };
}

/** The totals of the numbers of a column. All other values are ignored. */
interface Summary {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
}

const RESULTS: Record<AggregateName, (summary: Summary) => number | undefined> = {
  AVG: ({ count, sum }) => (count === 0 ? undefined : sum / count),
  SUM: ({ sum }) => sum,
  MIN: ({ count, minimum }) => (count === 0 ? undefined : minimum),
  MAX: ({ count, maximum }) => (count === 0 ? undefined : maximum),
};

function createSummary<Row>(
  read: Reader<Row>,
  resultOf: (summary: Summary) => number | undefined,
): Cell<Row> {
  const summary = { count: 0, sum: 0, minimum: Number.POSITIVE_INFINITY, maximum: Number.NEGATIVE_INFINITY };
  return {
    add(row) {
      const value = numberOf(read(row));
      if (value === undefined) return;
      summary.count++;
      summary.sum += value;
      summary.minimum = Math.min(summary.minimum, value);
      summary.maximum = Math.max(summary.maximum, value);
    },
    result: () => resultOf(summary),
  };
}

// Equal values form one group, for any spelling of a number. JSON text distinguishes the types.
function keyOf(value: Value): string {
  const key = plain(value);
  return key === undefined ? '' : formatJson(key);
}

import type { JsonObject } from '../../domain/json.ts';
import type { Condition, Query } from '../syntax/syntax.ts';
import { compileAggregation } from './aggregation.ts';
import type { QueryCollection } from './collection.ts';
import { compileProjection } from './columns.ts';
import { compilePredicate, type Predicate } from './compile-expression.ts';

/** The type of the items of a query result. */
export type QueryItemType = 'Twin' | 'Raw' | 'DeviceJob';

export interface QueryOptions {
  /**
   * True if `!=` between primitives of different types is true. By default it is undefined, like every other
   * comparison.
   */
  readonly isMixedTypeNotEqualTrue?: boolean;
}

/**
 * The start of a page: the index of its first row and the number of items on earlier pages. `TOP` counts these items.
 */
export interface QueryPosition {
  readonly rowIndex: number;
  readonly itemCount: number;
}

/** Some items of a query result. `next` is absent if no item is left. */
export interface QueryPage {
  readonly items: readonly JsonObject[];
  readonly next?: QueryPosition;
}

export interface CompiledQuery<Row> {
  readonly itemType: QueryItemType;
  /**
   * Returns at most `limit` items (1 or more) from a position. It reads no further than the first item of the next
   * page. All aggregates are on one page.
   */
  page(rows: readonly Row[], limit: number, position?: QueryPosition): QueryPage;
}

/** Compiles a query for the rows of its collection (`query.source`). */
export function compileQuery<Row>(
  query: Query,
  collection: QueryCollection<Row>,
  options: QueryOptions = {},
): CompiledQuery<Row> {
  const matches = compileCondition(query, collection, options);
  const { columns, top = Number.POSITIVE_INFINITY } = query;
  if (columns === '*') {
    const itemType = query.source === 'devices.jobs' ? 'DeviceJob' : 'Twin';
    return compileRowQuery(itemType, matches, (row) => collection.document(row), top);
  }
  if (query.groupBy.length === 0 && columns.every((column) => column.kind === 'path')) {
    return compileRowQuery('Raw', matches, compileProjection(columns, collection), top);
  }
  const aggregate = compileAggregation(columns, query.groupBy, collection);
  return {
    itemType: 'Raw',
    page: (rows) => ({ items: aggregate(select(rows, matches)).slice(0, top) }),
  };
}

/** Compiles the target condition of a job or a configuration, or the WHERE clause of a query, to a predicate. */
export function compileCondition<Row>(
  condition: Condition | Query,
  collection: QueryCollection<Row>,
  options: QueryOptions = {},
): Predicate<Row> {
  const mixedTypeNotEqual = options.isMixedTypeNotEqualTrue ? true : undefined;
  if (condition.where === undefined) return () => true;
  return compilePredicate(condition.where, { collection, mixedTypeNotEqual });
}

function compileRowQuery<Row>(
  itemType: QueryItemType,
  matches: Predicate<Row>,
  itemOf: (row: Row) => JsonObject,
  top: number,
): CompiledQuery<Row> {
  return {
    itemType,
    page(rows, limit, { rowIndex, itemCount } = { rowIndex: 0, itemCount: 0 }) {
      const items: JsonObject[] = [];
      for (let index = rowIndex; index < rows.length && itemCount + items.length < top; index++) {
        const row = rows[index] as Row;
        if (!matches(row)) continue;
        if (items.length >= limit) {
          return { items, next: { rowIndex: index, itemCount: itemCount + items.length } };
        }
        items.push(itemOf(row));
      }
      return { items };
    },
  };
}

function* select<Row>(rows: Iterable<Row>, matches: Predicate<Row>): Iterable<Row> {
  for (const row of rows) if (matches(row)) yield row;
}

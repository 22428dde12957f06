import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Column, Path } from '../syntax/syntax.ts';
import { compilePath, type QueryCollection } from './collection.ts';
import type { Value } from './values.ts';

/**
 * Returns the member names of a query's columns: alias, canonical name of a root or last name of a path. Columns
 * without such a name are called `$1`, `$2` and so on.
 */
export function columnNames<Row>(
  columns: readonly Column[],
  collection: QueryCollection<Row>,
): readonly string[] {
  let namelessCount = 0;
  return columns.map((column) => {
    if (column.alias !== undefined) return column.alias;
    const name = column.kind === 'path' ? nameOfPath(column.path, collection) : undefined;
    return name ?? `$${++namelessCount}`;
  });
}

/** Compiles columns without aggregates to a function from a row to a result item. */
export function compileProjection<Row>(
  columns: readonly Column[],
  collection: QueryCollection<Row>,
): (row: Row) => JsonObject {
  const names = columnNames(columns, collection);
  const readers = columns.flatMap((column) =>
    column.kind === 'path' ? [compilePath(column.path, collection)] : [],
  );
  return (row) => objectOf(names, (index) => readers[index]?.(row));
}

/** Returns an object with the given names. Members whose value is undefined are left out. */
export function objectOf(names: readonly string[], valueAt: (index: number) => Value): JsonObject {
  const members: [string, JsonValue][] = [];
  names.forEach((name, index) => {
    const value = valueAt(index);
    if (value !== undefined) members.push([name, value]);
  });
  return Object.fromEntries(members);
}

function nameOfPath<Row>(path: Path, collection: QueryCollection<Row>): string | undefined {
  const last = path.steps.at(-1);
  if (last === undefined) return collection.roots.get(path.root.toLowerCase())?.name ?? path.root;
  return typeof last === 'string' ? last : undefined;
}

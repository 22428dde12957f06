import { isJsonObject, type JsonObject, memberOf } from '../../domain/json.ts';
import type { Path, PathStep } from '../syntax/syntax.ts';
import type { Value } from './values.ts';

/** Reads values from rows without building their documents. A name without a root is undefined in every row. */
export interface QueryCollection<Row> {
  /** The keys are the names in lower case. */
  readonly roots: ReadonlyMap<string, QueryRoot<Row>>;
  /** Returns the whole document of a row, as `SELECT *` returns it. */
  document(row: Row): JsonObject;
}

/** A root name in its canonical spelling, and the function that reads its value. */
export interface QueryRoot<Row> {
  readonly name: string;
  readonly read: Reader<Row>;
  /** Direct readers of often used members. Each returns the same as `read` followed by that step. */
  readonly members?: ReadonlyMap<PathStep, Reader<Row>>;
}

export type Reader<Row> = (row: Row) => Value;

/** Compiles a path to a reader. The root is resolved once, so a row costs only the steps. */
export function compilePath<Row>(path: Path, collection: QueryCollection<Row>): Reader<Row> {
  const root = collection.roots.get(path.root.toLowerCase());
  if (root === undefined) return () => undefined;
  const [head] = path.steps;
  const shortcut = head === undefined ? undefined : root.members?.get(head);
  const read = shortcut ?? root.read;
  const steps = shortcut === undefined ? path.steps : path.steps.slice(1);
  const [first, second, third, ...rest] = steps.map(compileStep);
  if (first === undefined) return read;
  if (second === undefined) return (row) => first(read(row));
  if (third === undefined) return (row) => second(first(read(row)));
  if (rest.length === 0) return (row) => third(second(first(read(row))));
  return (row) => rest.reduce((value, step) => step(value), third(second(first(read(row)))));
}

type Step = (value: Value) => Value;

function compileStep(step: PathStep): Step {
  if (typeof step === 'number')
    return (value) => (Array.isArray(value) ? (value as Value[])[step] : undefined);
  if (isAmbiguousName(step)) return (value) => (isJsonObject(value) ? memberOf(value, step) : undefined);
  return (value) => (typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined);
}

// No other name is a member of a prototype, an array or a `NumberText`, so reading it needs no check.
function isAmbiguousName(name: string): boolean {
  return name in [] || name === 'text' || name === 'value' || /^\d+$/.test(name);
}

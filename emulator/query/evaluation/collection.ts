import { isJsonObject, type JsonObject, memberOf } from '../../domain/json.ts';
import type { Path, PathStep } from '../syntax/syntax.ts';
import type { Value } from './values.ts';

/** How rows are read without printing them whole. A name that is not among the roots is undefined in every row. */
export interface QueryCollection<Row> {
  /** Keyed by the name in lower case. */
  readonly roots: ReadonlyMap<string, QueryRoot<Row>>;
  /** The whole document that `SELECT *` answers. */
  document(row: Row): JsonObject;
}

/** A root name in its canonical spelling, and its value. */
export interface QueryRoot<Row> {
  readonly name: string;
  readonly read: Reader<Row>;
  /** Shorter ways to members that most paths go through; they give what a step from `read` would. */
  readonly members?: ReadonlyMap<PathStep, Reader<Row>>;
}

export type Reader<Row> = (row: Row) => Value;

/** Resolves a path once, so that each row costs only the steps. */
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

// Any other name is found in no prototype, array or number text, so that reading it needs no check.
function isAmbiguousName(name: string): boolean {
  return name in [] || name === 'text' || name === 'value' || /^\d+$/.test(name);
}

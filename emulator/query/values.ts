import { type JsonValue, NumberText } from '../domain/json.ts';
import type { ComparisonOperator, Primitive } from './syntax.ts';

/** What an expression is worth for one row; undefined where a path leads nowhere or types do not fit. */
export type Value = JsonValue | undefined;

/** A value with its number's spelling forgotten. */
export function plain(value: Value): Exclude<Value, NumberText> {
  return value instanceof NumberText ? value.value : value;
}

export function numberOf(value: Value): number | undefined {
  const number = plain(value);
  return typeof number === 'number' ? number : undefined;
}

/** The primitive of a value; objects, arrays and undefined have none. */
export function primitiveOf(value: Value): Primitive | undefined {
  const primitive = plain(value);
  return typeof primitive === 'object' && primitive !== null
    ? undefined
    : (primitive as Primitive | undefined);
}

type Order = (left: never, right: never) => boolean;

// Text is compared by UTF-16 units, as the hub's ordinal order does.
const ORDERS: Record<ComparisonOperator, Order> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/**
 * Three-valued comparison: undefined unless both sides are primitives of one type.
 * `mixedTypeNotEqual` is what `!=` yields for primitives of different types.
 */
export function compare(
  operator: ComparisonOperator,
  left: Value,
  right: Value,
  mixedTypeNotEqual: true | undefined,
): boolean | undefined {
  const leftPrimitive = primitiveOf(left);
  const rightPrimitive = primitiveOf(right);
  if (leftPrimitive === undefined || rightPrimitive === undefined) return undefined;
  if (typeof leftPrimitive !== typeof rightPrimitive) {
    return operator === '!=' ? mixedTypeNotEqual : undefined;
  }
  return ORDERS[operator](leftPrimitive as never, rightPrimitive as never);
}

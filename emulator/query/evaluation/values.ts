import { type JsonValue, NumberText } from '../../domain/json.ts';
import type { ComparisonOperator, Primitive } from '../syntax/syntax.ts';

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

type Order = (left: NonNullable<Primitive>, right: NonNullable<Primitive>) => boolean;

/** What the operators say of two values of one type; text is compared by UTF-16 units, as in the hub's ordinal order. */
export const ORDERS: Record<ComparisonOperator, Order> = {
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
  // Of one type, null meets only null, and for equal values the operators need no more than that.
  return ORDERS[operator](leftPrimitive as NonNullable<Primitive>, rightPrimitive as NonNullable<Primitive>);
}

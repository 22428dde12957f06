import { type JsonValue, NumberText } from '../../domain/json.ts';
import type { ComparisonOperator, Primitive } from '../syntax/syntax.ts';

/** The value of an expression for one row. It is undefined if a path is not found or types do not match. */
export type Value = JsonValue | undefined;

/** Returns the value, with a `NumberText` replaced by its number. */
export function plain(value: Value): Exclude<Value, NumberText> {
  return value instanceof NumberText ? value.value : value;
}

/** Returns the number of a value, or undefined if it is not a number. */
export function numberOf(value: Value): number | undefined {
  const number = plain(value);
  return typeof number === 'number' ? number : undefined;
}

/** Returns the primitive of a value, or undefined if it is an object, an array or undefined. */
export function primitiveOf(value: Value): Primitive | undefined {
  const primitive = plain(value);
  return typeof primitive === 'object' && primitive !== null
    ? undefined
    : (primitive as Primitive | undefined);
}

type Order = (left: NonNullable<Primitive>, right: NonNullable<Primitive>) => boolean;

/** The comparison operators for two values of one type. Strings are ordered by UTF-16 units, as in IoT Hub. */
export const ORDERS: Record<ComparisonOperator, Order> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/**
 * Compares two values. Returns undefined unless both sides are primitives of one type.
 * `mixedTypeNotEqual` is the result of `!=` for primitives of different types.
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
  // The types are equal, so null is compared only with null, for which every operator is correct.
  return ORDERS[operator](leftPrimitive as NonNullable<Primitive>, rightPrimitive as NonNullable<Primitive>);
}

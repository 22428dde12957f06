import type { AggregateName, FunctionName } from '../syntax/syntax.ts';
import { primitiveOf, type Value } from './values.ts';

interface QueryFunction {
  readonly parameterCount: number;
  apply(first: Value, second: Value): boolean | undefined;
}

/** The functions of a WHERE clause. `STARTS_WITH`, `CONTAINS` and the like exist only in routing conditions. */
export const FUNCTIONS: Record<FunctionName, QueryFunction> = {
  IS_DEFINED: { parameterCount: 1, apply: (value) => value !== undefined },
  STARTSWITH: { parameterCount: 2, apply: (text, start) => testTexts(text, start, 'startsWith') },
  ENDSWITH: { parameterCount: 2, apply: (text, end) => testTexts(text, end, 'endsWith') },
  ARRAY_CONTAINS: { parameterCount: 2, apply: containsElement },
};

const AGGREGATE_NAMES: readonly string[] = ['AVG', 'SUM', 'MIN', 'MAX'] satisfies AggregateName[];

export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Returns true if the name is an aggregate over a path. */
export function isAggregateName(name: string): name is AggregateName {
  return AGGREGATE_NAMES.includes(name);
}

/** Returns true if the name is an aggregate, including `COUNT`. */
export function isAggregateFunction(name: string): boolean {
  return name === 'COUNT' || isAggregateName(name);
}

function testTexts(text: Value, part: Value, test: 'startsWith' | 'endsWith'): boolean | undefined {
  return typeof text === 'string' && typeof part === 'string' ? text[test](part) : undefined;
}

function containsElement(array: Value, element: Value): boolean | undefined {
  const wanted = primitiveOf(element);
  if (!Array.isArray(array) || wanted === undefined) return undefined;
  return array.some((candidate: Value) => primitiveOf(candidate) === wanted);
}

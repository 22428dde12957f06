import type { FunctionName } from '../syntax/syntax.ts';
import { primitiveOf, type Value } from './values.ts';

type QueryFunction = (first: Value, second: Value) => boolean | undefined;

/** The functions of a WHERE clause. `STARTS_WITH`, `CONTAINS` and the like exist only in routing conditions. */
export const FUNCTIONS: Readonly<Record<FunctionName, QueryFunction>> = {
  IS_DEFINED: (value) => value !== undefined,
  STARTSWITH: (text, start) => testTexts(text, start, 'startsWith'),
  ENDSWITH: (text, end) => testTexts(text, end, 'endsWith'),
  ARRAY_CONTAINS: containsElement,
};

function testTexts(text: Value, part: Value, test: 'startsWith' | 'endsWith'): boolean | undefined {
  return typeof text === 'string' && typeof part === 'string' ? text[test](part) : undefined;
}

function containsElement(array: Value, element: Value): boolean | undefined {
  const wanted = primitiveOf(element);
  if (!Array.isArray(array) || wanted === undefined) return undefined;
  return array.some((candidate: Value) => primitiveOf(candidate) === wanted);
}

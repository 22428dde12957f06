import type { JsonObject } from '../../emulator/domain/json.ts';
import type { Result } from '../../emulator/domain/result.ts';
import type { CompiledQuery } from '../../emulator/query/evaluation/compile-query.ts';
import { parseCondition, parseQuery } from '../../emulator/query/syntax/parse-query.ts';
import type { Condition, Query } from '../../emulator/query/syntax/syntax.ts';

/** Parses a query. Throws if it is refused. */
export function parsed(text: string): Query {
  return expectAccepted(parseQuery(text), text);
}

/** Parses a condition. Throws if it is refused. */
export function parsedCondition(text: string): Condition {
  return expectAccepted(parseCondition(text), text);
}

/** Returns the whole result of a query as one page. */
export function resultOf<Row>(query: CompiledQuery<Row>, rows: readonly Row[]): readonly JsonObject[] {
  return query.page(rows, Number.POSITIVE_INFINITY).items;
}

/** Returns the error message of a refused text. Throws if it was accepted or has an error other than ArgumentInvalid. */
export function refusalOf(result: Result<unknown>): string {
  if (result.ok) throw new Error('The text was accepted; expected ArgumentInvalid.');
  if (result.error.name !== 'ArgumentInvalid')
    throw new Error(`The error is ${result.error.name}; expected ArgumentInvalid.`);
  return result.error.message;
}

function expectAccepted<T>(result: Result<T>, text: string): T {
  if (!result.ok) throw new Error(`The text ${text} was refused: ${result.error.message}`);
  return result.value;
}

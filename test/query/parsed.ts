import type { Result } from '../../emulator/domain/result.ts';
import { parseCondition, parseQuery } from '../../emulator/query/syntax/parse-query.ts';
import type { Condition, Query } from '../../emulator/query/syntax/syntax.ts';

/** A query that must parse. */
export function parsed(text: string): Query {
  return expectAccepted(parseQuery(text), text);
}

/** A condition that must parse. */
export function parsedCondition(text: string): Condition {
  return expectAccepted(parseCondition(text), text);
}

/** The message of a text that must be refused. */
export function refusalOf(result: Result<unknown>): string {
  if (result.ok) throw new Error('It was accepted.');
  if (result.error.name !== 'ArgumentInvalid') throw new Error(`It was refused with ${result.error.name}.`);
  return result.error.message;
}

function expectAccepted<T>(result: Result<T>, text: string): T {
  if (!result.ok) throw new Error(`${text}: ${result.error.message}`);
  return result.value;
}

import type { Result } from '../../domain/result.ts';
import type { QuerySource } from './syntax.ts';
import { failedAt, type Token } from './tokens.ts';
import { isKeyword, isUnsupportedKeyword } from './words.ts';

/**
 * The position of the parser in the tokens. The first error is stored and moves the cursor to the end, where no token
 * is accepted. So the parser needs no exceptions and always ends.
 */
export interface Cursor {
  readonly text: string;
  readonly tokens: readonly Token[];
  index: number;
  nesting: number;
  source: QuerySource;
  failure: Result<never> | undefined;
}

const MAXIMUM_NESTING = 64;

export function createCursor(text: string, tokens: readonly Token[]): Cursor {
  return { text, tokens, index: 0, nesting: 0, source: 'devices', failure: undefined };
}

export function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[cursor.index + ahead] ?? (cursor.tokens.at(-1) as Token);
}

/** Consumes a keyword in any letter case. Returns false if another token is at the cursor. */
export function acceptWord(cursor: Cursor, keyword: string): boolean {
  if (!isWord(peek(cursor), keyword)) return false;
  cursor.index++;
  return true;
}

/** Consumes one of the symbols and returns it. Returns undefined if another token is at the cursor. */
export function acceptSymbol<S extends string>(cursor: Cursor, ...symbols: readonly S[]): S | undefined {
  const token = peek(cursor);
  const symbol = token.kind === 'symbol' ? symbols.find((wanted) => wanted === token.text) : undefined;
  if (symbol !== undefined) cursor.index++;
  return symbol;
}

export function expectWord(cursor: Cursor, keyword: string): void {
  if (!acceptWord(cursor, keyword)) refuseToken(cursor, keyword);
}

export function expectSymbol(cursor: Cursor, symbol: string): void {
  if (acceptSymbol(cursor, symbol) === undefined) refuseToken(cursor, `'${symbol}'`);
}

export function expectEnd(cursor: Cursor, expected: string): void {
  if (peek(cursor).kind !== 'end') refuseToken(cursor, expected);
}

/** Consumes a name that is not a keyword and returns it. Otherwise stores an error and returns an empty string. */
export function expectName(cursor: Cursor, expected: string): string {
  const token = peek(cursor);
  if (token.kind === 'word' && !isKeyword(token.text)) {
    cursor.index++;
    return token.text;
  }
  refuseToken(cursor, expected);
  return '';
}

/** Consumes an integer written in decimal digits and returns it. Otherwise stores an error and returns 0. */
export function expectInteger(cursor: Cursor, expected: string): number {
  const token = peek(cursor);
  if (token.kind === 'number' && /^\d+$/.test(token.text) && Number.isSafeInteger(token.value)) {
    cursor.index++;
    return token.value;
  }
  refuseToken(cursor, expected);
  return 0;
}

/** Parses one level deeper. Beyond 64 levels it stores an error, so that no query exhausts the stack. */
export function nested<T>(cursor: Cursor, parse: (cursor: Cursor) => T, otherwise: T): T {
  if (cursor.nesting >= MAXIMUM_NESTING) {
    refuse(cursor, peek(cursor), `The query is nested deeper than ${MAXIMUM_NESTING} levels`);
    return otherwise;
  }
  cursor.nesting++;
  const parsed = parse(cursor);
  cursor.nesting--;
  return parsed;
}

/** Stores an error for the token at the cursor, with what was expected instead. */
export function refuseToken(cursor: Cursor, expected: string): void {
  const token = peek(cursor);
  if (token.kind === 'word' && isUnsupportedKeyword(token.text)) {
    refuse(cursor, token, `${token.text.toUpperCase()} is no part of the IoT Hub query language`);
  } else refuse(cursor, token, `Unexpected ${describe(token)}, expected ${expected}`);
}

/** Stores an error unless there is one already, and moves the cursor to the end. */
export function refuse(cursor: Cursor, place: { readonly offset: number }, message: string): void {
  cursor.failure ??= failedAt(cursor.text, place.offset, message);
  cursor.index = cursor.tokens.length - 1;
}

export function isWord(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.text.toUpperCase() === keyword;
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'word':
    case 'symbol':
    case 'number':
      return `'${abbreviate(token.text)}'`;
    case 'quotedName':
      return 'name in [[ ]]';
    case 'string':
      return 'string';
    case 'end':
      return 'end of the text';
  }
}

function abbreviate(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

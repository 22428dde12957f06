import { ok, type Result } from '../../domain/result.ts';
import { findViolation } from './check-query.ts';
import {
  acceptSymbol,
  acceptWord,
  type Cursor,
  createCursor,
  expectEnd,
  expectInteger,
  expectName,
  expectSymbol,
  expectWord,
  isWord,
  peek,
  refuse,
} from './cursor.ts';
import { isAggregateName } from './function-names.ts';
import { parseExpression, refuseFunction } from './parse-expression.ts';
import { parsePath } from './parse-path.ts';
import type { Column, Condition, Expression, Path, Query, QuerySource } from './syntax.ts';
import { failedAt, readTokens, type Token } from './tokens.ts';

const MAXIMUM_QUERY_LENGTH = 8192;
// A job is refused if its condition is longer.
const MAXIMUM_CONDITION_LENGTH = 8200;
const END_OF_CONDITION = 'the end of the condition';

/** Parses a whole query, or fails with `ArgumentInvalid`. The message is `Line <line>:<column> <reason>`. */
export function parseQuery(text: string): Result<Query> {
  return parseText(text, MAXIMUM_QUERY_LENGTH, parseWholeQuery);
}

/** Parses the target condition of a job or a configuration: an expression, `*`, or `FROM devices.modules WHERE …`. */
export function parseCondition(text: string): Result<Condition> {
  return parseText(text, MAXIMUM_CONDITION_LENGTH, parseWholeCondition);
}

function parseText<T>(text: string, maximumLength: number, parse: (cursor: Cursor) => T): Result<T> {
  if (text.length > maximumLength) {
    return failedAt(text, maximumLength, `The query is longer than ${maximumLength} characters`);
  }
  const tokens = readTokens(text);
  if (!tokens.ok) return tokens;
  const cursor = createCursor(text, tokens.value);
  const parsed = parse(cursor);
  return cursor.failure ?? ok(parsed);
}

function parseWholeQuery(cursor: Cursor): Query {
  expectWord(cursor, 'SELECT');
  const top = acceptWord(cursor, 'TOP') ? expectInteger(cursor, 'a whole number') : undefined;
  const places: Token[] = [];
  const columns = acceptSymbol(cursor, '*') ? '*' : parseColumns(cursor, places);
  expectWord(cursor, 'FROM');
  const source = parseSource(cursor);
  const where = acceptWord(cursor, 'WHERE') ? parseExpression(cursor) : undefined;
  const groupPlace = peek(cursor);
  const groupBy = parseGroupBy(cursor);
  expectEnd(cursor, expectedEnd(where, groupBy));
  const query = {
    source,
    ...(top === undefined ? {} : { top }),
    columns,
    ...(where === undefined ? {} : { where }),
    groupBy,
  } satisfies Query;
  const violation = findViolation(query);
  if (violation) refuse(cursor, places[violation.column] ?? groupPlace, violation.message);
  return query;
}

function parseColumns(cursor: Cursor, places: Token[]): readonly Column[] {
  const columns: Column[] = [];
  do {
    places.push(peek(cursor));
    columns.push(parseColumn(cursor));
  } while (acceptSymbol(cursor, ','));
  return columns;
}

function parseColumn(cursor: Cursor): Column {
  const column = parseUnnamedColumn(cursor);
  return acceptWord(cursor, 'AS') ? { ...column, alias: expectName(cursor, 'an alias') } : column;
}

function parseUnnamedColumn(cursor: Cursor): Column {
  const token = peek(cursor);
  const next = peek(cursor, 1);
  if (token.kind !== 'word' || next.kind !== 'symbol' || next.text !== '(') {
    return { kind: 'path', path: parsePath(cursor, "a property, an aggregate or '*'") };
  }
  const name = token.text.toUpperCase();
  if (name !== 'COUNT' && !isAggregateName(name)) {
    refuseFunction(cursor, name);
    return { kind: 'count' };
  }
  cursor.index += 2;
  const column: Column =
    name === 'COUNT' ? { kind: 'count' } : { kind: 'aggregate', aggregate: name, path: parsePath(cursor) };
  expectSymbol(cursor, ')');
  return column;
}

function parseSource(cursor: Cursor): QuerySource {
  const place = peek(cursor);
  const name = expectName(cursor, 'devices, devices.modules or devices.jobs').toLowerCase();
  const member = acceptSymbol(cursor, '.') ? `.${expectName(cursor, 'modules or jobs').toLowerCase()}` : '';
  const source = name + member;
  if (source === 'devices' || source === 'devices.modules' || source === 'devices.jobs') {
    cursor.source = source;
    return source;
  }
  refuse(cursor, place, `Unknown collection, expected devices, devices.modules or devices.jobs`);
  return 'devices';
}

function parseGroupBy(cursor: Cursor): readonly Path[] {
  if (!acceptWord(cursor, 'GROUP')) return [];
  expectWord(cursor, 'BY');
  const paths: Path[] = [];
  do paths.push(parsePath(cursor));
  while (acceptSymbol(cursor, ','));
  return paths;
}

function expectedEnd(where: Expression | undefined, groupBy: readonly Path[]): string {
  if (groupBy.length > 0) return "',' or the end of the query";
  return where === undefined
    ? 'WHERE, GROUP BY or the end of the query'
    : 'an operator, GROUP BY or the end of the query';
}

function parseWholeCondition(cursor: Cursor): Condition {
  if (isWord(peek(cursor), 'FROM')) return parseTail(cursor);
  const where = acceptSymbol(cursor, '*') ? undefined : parseExpression(cursor);
  expectEnd(cursor, where === undefined ? END_OF_CONDITION : `an operator or ${END_OF_CONDITION}`);
  return { source: 'devices', ...(where === undefined ? {} : { where }) };
}

function parseTail(cursor: Cursor): Condition {
  const source = parseTargetSource(cursor);
  const where = acceptWord(cursor, 'WHERE') ? parseExpression(cursor) : undefined;
  expectEnd(cursor, `${where === undefined ? 'WHERE' : 'an operator'} or ${END_OF_CONDITION}`);
  return { source, ...(where === undefined ? {} : { where }) };
}

function parseTargetSource(cursor: Cursor): Condition['source'] {
  expectWord(cursor, 'FROM');
  const place = peek(cursor);
  const source = parseSource(cursor);
  if (source !== 'devices.jobs') return source;
  refuse(cursor, place, 'A condition selects from devices or devices.modules');
  return 'devices';
}

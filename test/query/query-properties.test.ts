import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../emulator/domain/json.ts';
import type { Result } from '../../emulator/domain/result.ts';
import { compilePredicate, compileValue } from '../../emulator/query/evaluation/compile-expression.ts';
import { compileQuery } from '../../emulator/query/evaluation/compile-query.ts';
import { parseCondition, parseQuery } from '../../emulator/query/syntax/parse-query.ts';
import type { Query } from '../../emulator/query/syntax/syntax.ts';
import { DOCUMENTS } from './fleet.ts';
import { formatQuery } from './format-query.ts';
import { resultOf } from './parsed.ts';
import { anyQuery } from './queries.ts';

const MAXIMUM_LENGTH = 8192;

const anyToken = fc.constantFrom(
  ...'SELECT TOP * FROM devices devices.modules devices.jobs WHERE GROUP BY AS AND OR NOT IN NIN'.split(' '),
  ...'true false null undefined = != <> < <= > >= + - / % ( ) [ ] [[ ]] , . ; \' " \\ \\u0041 0x1F 1e9 1.5 3'.split(
    ' ',
  ),
  ...'COUNT() AVG( SUM( IS_DEFINED( STARTSWITH( ENDSWITH( ARRAY_CONTAINS( CONTAINS( JOIN ORDER'.split(' '),
  ...'deviceId tags.a properties.desired.$version [[group]] tags.[[a]] group __proto__ constructor'.split(
    ' ',
  ),
  'é',
  '😀',
  '\ud800',
  '\n',
);

const anyQueryLikeText = fc
  .tuple(fc.array(anyToken, { maxLength: 40 }), fc.constantFrom('', ' '), fc.boolean())
  .map(
    ([tokens, separator, isFiltered]) =>
      (isFiltered ? 'SELECT * FROM devices WHERE ' : '') + tokens.join(separator),
  );

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  anyQueryLikeText,
  damaged(anyQuery.map(formatQuery)),
);

const anyRow: fc.Arbitrary<JsonObject> = fc.record(
  {
    deviceId: fc.string(),
    tags: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
    properties: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>,
  },
  { requiredKeys: [] },
);

describe('query language', () => {
  it('parses every formatted query back to itself', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const text = formatQuery(query);
        fc.pre(text.length <= MAXIMUM_LENGTH);
        expect(parseQuery(text)).toStrictEqual({ ok: true, value: query });
      }),
      { numRuns: 1000 },
    );
  });

  it('parses any text to a query or to an error with its line and column', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expectQueryOrPlace(parseQuery(text), text);
        expectQueryOrPlace(parseCondition(text), text);
      }),
      { numRuns: 3000 },
    );
  });

  it('runs any query on any twins, and pages return the same items as one result', () => {
    fc.assert(
      fc.property(anyQuery, fc.array(anyRow, { maxLength: 5 }), (query, rows) => {
        const compiled = compileQuery(query, DOCUMENTS);
        expect(pagesOf(query, rows)).toStrictEqual(resultOf(compiled, rows));
      }),
      { numRuns: 500 },
    );
  });

  it('selects a twin if and only if the condition is true', () => {
    const scope = { collection: DOCUMENTS, mixedTypeNotEqual: undefined };
    fc.assert(
      fc.property(anyQuery, anyRow, ({ where }, row) => {
        fc.pre(where !== undefined);
        const value = compileValue(where, scope)(row);
        const negation = { kind: 'not', operand: where } as const;
        expect(compilePredicate(where, scope)(row)).toBe(value === true);
        expect(compilePredicate(negation, scope)(row)).toBe(value === false);
      }),
      { numRuns: 1000 },
    );
  });
});

function expectQueryOrPlace(result: Result<unknown>, text: string): void {
  if (result.ok) return;
  expect(result.error.name).toBe('ArgumentInvalid');
  expect(result.error.message).not.toContain(';');
  const [, line, column] = /^Line (\d+):(\d+) \S/.exec(result.error.message) ?? [];
  const lines = text.split('\n');
  expect(Number(line)).toBeGreaterThan(0);
  expect(Number(line)).toBeLessThanOrEqual(lines.length);
  expect(Number(column)).toBeGreaterThan(0);
  expect(Number(column)).toBeLessThanOrEqual((lines[Number(line) - 1] ?? '').length + 1);
}

function pagesOf(query: Query, rows: readonly JsonObject[]): readonly JsonObject[] {
  const compiled = compileQuery(query, DOCUMENTS);
  const items: JsonObject[] = [];
  let page = compiled.page(rows, 2);
  items.push(...page.items);
  while (page.next !== undefined) {
    page = compiled.page(rows, 2, page.next);
    items.push(...page.items);
  }
  return items;
}

function damaged(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(texts, fc.nat(), fc.nat(20), anyToken).map(([text, seed, length, token]) => {
    const start = seed % (text.length + 1);
    return text.slice(0, start) + token + text.slice(start + length);
  });
}

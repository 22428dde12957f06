import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJson, type JsonValue, NumberText, parseJson } from '../../emulator/domain/json.ts';

it.each([
  '{"a":1.0,"b":-0,"c":1e3,"d":12345678901234567890,"e":0.1,"f":1.50}',
  '{"a":0.0000001,"b":-0.00000025,"c":0.000001,"d":123456789.123456789,"e":12345678.1234567891}',
  '[1,2.5,{"x":null,"y":true,"z":"1.0"}]',
  '{"__proto__":{"a":1.0},"constructor":1}',
  '"text with 1.0 and 1e3"',
])('formatJson returns the text that parseJson parsed: %s', (text) => {
  const parsed = parseJson(text);
  expect(parsed.ok && formatJson(parsed.value)).toBe(text);
});

it('formatJson returns the text of every number that parseJson parsed', () => {
  const digits = fc.stringMatching(/^\d{1,25}$/);
  const whole = fc.stringMatching(/^(0|[1-9]\d{0,20})$/);
  const exponent = fc.option(fc.stringMatching(/^[eE][+-]?\d{1,2}$/), { nil: '', freq: 5 });
  const fraction = fc.option(digits, { nil: undefined, freq: 5 });
  const number = fc
    .tuple(fc.constantFrom('', '-'), whole, fraction, exponent)
    .map(([sign, before, after, e]) => `${sign}${before}${after === undefined ? '' : `.${after}`}${e}`);
  fc.assert(
    fc.property(number, (text) => {
      const parsed = parseJson(`{"a":[${text}]}`);
      expect(parsed.ok && formatJson(parsed.value)).toBe(`{"a":[${text}]}`);
    }),
    { numRuns: 1000 },
  );
});

it.each(['', '{', '{"a":}', 'undefined', "{'a':1}", '\u0000', `${'['.repeat(200)}${']'.repeat(200)}`])(
  'parseJson refuses JSON that is invalid or nested too deeply: %j',
  (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
  },
);

it.each(['{"a":1,"a":2}', '{"a":1.0,"a":2.0}'])(
  'parseJson keeps the last value of a repeated name: %s',
  (text) => {
    const parsed = parseJson(text);
    expect(parsed.ok && Number((parsed.value as { a: number }).a)).toBe(2);
  },
);

it('parseJson does not count brackets in strings as depth', () => {
  expect(parseJson(JSON.stringify({ a: '['.repeat(500), b: '"[' })).ok).toBe(true);
});

describe('formatJson', () => {
  it.each<[string, JsonValue, string]>([
    ['a lone number', new NumberText('1.0'), '1.0'],
    ['a number in an array of arrays', [[1, [new NumberText('1e3')]]], '[[1,[1e3]]]'],
    [
      'a number behind plain members',
      { a: null, b: [true, { c: new NumberText('-0') }] },
      '{"a":null,"b":[true,{"c":-0}]}',
    ],
    ['no number at all', { a: [], b: {}, c: null }, '{"a":[],"b":{},"c":null}'],
  ])('keeps the text of %s', (_title, value, text) => {
    expect(formatJson(value)).toBe(text);
  });

  it('keeps the text of numbers at any depth', () => {
    const number = fc
      .constantFrom('1.0', '1e3', '-0', '12345678901234567890')
      .map((text) => new NumberText(text));
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.string(), number),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(value, (written) => {
        expect(formatJson(written)).toBe(formatSlowly(written));
      }),
    );
  });
});

/** Formats every number of its own, without a look at the whole value first. */
function formatSlowly(value: JsonValue): string {
  if (value instanceof NumberText) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(formatSlowly).join(',')}]`;
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${formatSlowly(member)}`,
  );
  return `{${members.join(',')}}`;
}

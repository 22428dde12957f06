import { expect, it } from 'vitest';
import { formatJson, parseJson } from '../../emulator/domain/json.ts';

it.each([
  '{"a":1.0,"b":-0,"c":1e3,"d":12345678901234567890,"e":0.1,"f":1.50}',
  '[1,2.5,{"x":null,"y":true,"z":"1.0"}]',
  '{"__proto__":{"a":1.0},"constructor":1}',
  '"text with 1.0 and 1e3"',
])('formatJson returns the text that parseJson parsed: %s', (text) => {
  const parsed = parseJson(text);
  expect(parsed.ok && formatJson(parsed.value)).toBe(text);
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

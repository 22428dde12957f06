import { expect, it } from 'vitest';
import { formatJson, parseJson } from '../../emulator/domain/json.ts';

it.each([
  '{"a":1.0,"b":-0,"c":1e3,"d":12345678901234567890,"e":0.1,"f":1.50}',
  '[1,2.5,{"x":null,"y":true,"z":"1.0"}]',
  '{"__proto__":{"a":1.0},"constructor":1}',
  '"text with 1.0 and 1e3"',
])('%s comes back as it was written', (text) => {
  const parsed = parseJson(text);
  expect(parsed.ok && formatJson(parsed.value)).toBe(text);
});

it.each(['', '{', '{"a":}', 'undefined', "{'a':1}", '\u0000', `${'['.repeat(200)}${']'.repeat(200)}`])(
  'text that is no JSON, or too deep, is refused',
  (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
  },
);

it.each(['{"a":1,"a":2}', '{"a":1.0,"a":2.0}'])(
  'of a name that repeats in %s the last value counts',
  (text) => {
    const parsed = parseJson(text);
    expect(parsed.ok && Number((parsed.value as { a: number }).a)).toBe(2);
  },
);

it('brackets in texts do not count as depth', () => {
  expect(parseJson(JSON.stringify({ a: '['.repeat(500), b: '"[' })).ok).toBe(true);
});

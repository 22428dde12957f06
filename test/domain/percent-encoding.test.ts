import { describe, expect, it } from 'vitest';
import { decodePercent, encodePercent } from '../../emulator/domain/percent-encoding.ts';

describe('decodePercent', () => {
  it.each([
    ['plain', 'plain'],
    ['a%20b%2Fc', 'a b/c'],
    ['%C3%A9', 'é'],
    ['100%', '100%'],
    ['a%zz%20b', 'a%zz b'],
    ['%E9', '%E9'],
  ])('decodes %s to %s', (text, decoded) => {
    expect(decodePercent(text)).toBe(decoded);
  });
});

describe('encodePercent', () => {
  it.each([
    ['a b&c=d/e', 'a%20b%26c%3Dd%2Fe'],
    ['é', '%C3%A9'],
    ['lone \ud800', 'lone%20%EF%BF%BD'],
    ['a pair \ud83d\ude00', 'a%20pair%20%F0%9F%98%80'],
  ])('encodes %j to %s', (text, encoded) => {
    expect(encodePercent(text)).toBe(encoded);
  });
});

import { describe, expect, it } from 'vitest';
import { isBase64 } from '../../emulator/domain/base64.ts';

describe('base64 text', () => {
  it.each<[string, boolean, boolean]>([
    ['', true, true],
    ['YQ==', true, true],
    ['YWI=', true, true],
    ['YWJj', true, true],
    ['YWJjYQ==', true, true],
    ['+/+/', true, true],
    ['YQ', false, true],
    ['YWI', false, true],
    ['Y', false, false],
    ['YQ=', false, false],
    ['YQ===', false, false],
    ['=YQ=', false, false],
    ['YW-j', false, false],
    ['YW_j', false, false],
    ['YW j', false, false],
    ['YWJj\n', false, false],
  ])('%j is valid: %s with padding required, %s with padding optional', (text, isPadded, isUnpadded) => {
    expect(isBase64(text)).toBe(isPadded);
    expect(isBase64(text, { isPaddingOptional: true })).toBe(isUnpadded);
  });
});

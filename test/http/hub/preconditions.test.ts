import { describe, expect, it } from 'vitest';
import type { Precondition } from '../../../emulator/domain/precondition.ts';
import {
  parseIdentityPrecondition,
  parseTwinPrecondition,
} from '../../../emulator/http/hub/preconditions.ts';

const NONE: Precondition = { kind: 'none' };
const ANY: Precondition = { kind: 'any' };
const etag = (value: string): Precondition => ({ kind: 'etag', etag: value });

describe('If-Match', () => {
  it.each<[string, string | undefined, Precondition, Precondition]>([
    ['absent', undefined, NONE, NONE],
    ['empty', '', NONE, NONE],
    ['an empty value in quotes, which the Node client sends for an empty etag', '""', NONE, NONE],
    ['a star', '*', ANY, ANY],
    ['a quoted star', '"*"', ANY, ANY],
    ['spaces around a star', '  * ', ANY, ANY],
    ['a quoted etag', '"AAAAAAAAAAE="', etag('AAAAAAAAAAE='), etag('AAAAAAAAAAE=')],
    ['an etag without quotes, which counts only for identities', 'AAAAAAAAAAE=', etag('AAAAAAAAAAE='), NONE],
    ['a weak etag', 'W/"AAAAAAAAAAE="', etag('W/"AAAAAAAAAAE="'), NONE],
    ['one quotation mark', '"', etag('"'), NONE],
    ['a quotation mark at one end', '"abc', etag('"abc'), NONE],
  ])('is parsed: %s', (_title, header, identity, twin) => {
    expect(parseIdentityPrecondition(header)).toEqual(identity);
    expect(parseTwinPrecondition(header)).toEqual(twin);
  });
});

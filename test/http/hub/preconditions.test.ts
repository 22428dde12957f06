import { describe, expect, test } from 'vitest';
import type { Precondition } from '../../../emulator/domain/precondition.ts';
import {
  parseIdentityPrecondition,
  parseTwinPrecondition,
} from '../../../emulator/http/hub/preconditions.ts';

const NONE: Precondition = { kind: 'none' };
const ANY: Precondition = { kind: 'any' };
const etag = (value: string): Precondition => ({ kind: 'etag', etag: value });

describe('If-Match', () => {
  test.each<[string, string | undefined, Precondition, Precondition]>([
    ['absent', undefined, NONE, NONE],
    ['empty', '', NONE, NONE],
    ['an empty quoted value, which Node sends for an empty etag', '""', NONE, NONE],
    ['a star', '*', ANY, ANY],
    ['a quoted star', '"*"', ANY, ANY],
    ['spaces around a star', '  * ', ANY, ANY],
    ['a quoted etag', '"AAAAAAAAAAE="', etag('AAAAAAAAAAE='), etag('AAAAAAAAAAE=')],
    ['a bare etag, which counts for identities only', 'AAAAAAAAAAE=', etag('AAAAAAAAAAE='), NONE],
    ['a weak etag', 'W/"AAAAAAAAAAE="', etag('W/"AAAAAAAAAAE="'), NONE],
    ['one quotation mark', '"', etag('"'), NONE],
    ['a quotation mark at one end', '"abc', etag('"abc'), NONE],
  ])('%s', (_title, header, identity, twin) => {
    expect(parseIdentityPrecondition(header)).toEqual(identity);
    expect(parseTwinPrecondition(header)).toEqual(twin);
  });
});

import { describe, expect, it } from 'vitest';
import { parsePath, parseRequestTarget } from '../../../emulator/http/wire/request-target.ts';

describe('the segments of a path', () => {
  it.each<[string, string, readonly (readonly string[])[]]>([
    ['a plain path', '/devices/d1', [['devices', 'd1']]],
    ['a trailing slash', '/devices/', [['devices']]],
    ['several trailing slashes', '/devices/d1//', [['devices', 'd1']]],
    ['an escaped id', '/devices/a%23b%3Fc', [['devices', 'a#b?c']]],
    ['an id of the Java client with a literal percent sign', '/devices/100%', [['devices', '100%']]],
    ['an escape that is not UTF-8', '/devices/%FF', [['devices', '%FF']]],
    ['a plus sign, which is not a space in a path', '/devices/a+b', [['devices', 'a+b']]],
    ['an empty segment in the middle', '/devices//modules', [['devices', '', 'modules']]],
    [
      'a path that Azure IoT Explorer encodes as a whole',
      '/twins%2FmyDevice',
      [['twins', 'myDevice'], ['twins/myDevice']],
    ],
    [
      'lower-case %2f, and an id that is encoded twice',
      '/devices%2fa%2525b%2fmessages%2fdeviceBound',
      [['devices', 'a%b', 'messages', 'deviceBound'], ['devices/a%25b/messages/deviceBound']],
    ],
    [
      'an id with an escaped slash',
      '/devices/invalid%2Fname',
      [
        ['devices', 'invalid', 'name'],
        ['devices', 'invalid/name'],
      ],
    ],
    ['the root', '/', [[]]],
  ])('are parsed: %s', (_title, path, readings) => {
    expect(parsePath(path)).toEqual(readings);
  });
});

describe('a request target', () => {
  it.each<[string, string, string, Record<string, string>]>([
    ['no query', '/devices', '/devices', {}],
    [
      'parameters in any order',
      '/devices?top=5&api-version=2021-04-12',
      '/devices',
      { top: '5', 'api-version': '2021-04-12' },
    ],
    ['names in any letter case', '/jobs/v2/query?jobType=x', '/jobs/v2/query', { jobtype: 'x' }],
    ['a name without a value', '/a?reject', '/a', { reject: '' }],
    [
      'the reject parameter of the Java client',
      '/a?api-version=1&%3Freject=true',
      '/a',
      { 'api-version': '1', '?reject': 'true' },
    ],
    ['a plus sign in a value', '/a?b=c+d%2B', '/a', { b: 'c d+' }],
    ['a broken escape', '/a?b=%zz', '/a', { b: '%zz' }],
    ['an equals sign in a value', '/a?b=c=d', '/a', { b: 'c=d' }],
    ['a second question mark', '/a?b=c?d', '/a', { b: 'c?d' }],
    ['an empty query', '/a?', '/a', {}],
    ['stray ampersands', '/a?&&b=1&', '/a', { b: '1' }],
    [
      'an absolute target, which the Java client sends',
      'https://hub:443/twins/d?b=1',
      '/twins/d',
      { b: '1' },
    ],
    ['an absolute target without a path', 'https://hub?b=1', '', { b: '1' }],
    ['the asterisk of OPTIONS', '*', '*', {}],
  ])('is parsed: %s', (_title, target, path, query) => {
    const parsed = parseRequestTarget(target);
    expect(parsed.path).toBe(path);
    expect(Object.fromEntries(parsed.query)).toEqual(query);
  });
});

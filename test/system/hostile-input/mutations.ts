import type { Random } from './random.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const NUMBERS = [0, -1, 1, 5, 31, 300, 0.1, -1e-7, 2 ** 31, Number.MAX_SAFE_INTEGER, 1e21, 1e308];
const TEXTS = [
  '',
  ' ',
  '*',
  '\0',
  '\ud800',
  'é€😀',
  '$version',
  '__proto__',
  'a.b',
  'x'.repeat(5000),
  '%2F',
  '2026-01-01',
  '9999-12-31T23:59:59.9999999Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '"AAAA"',
  'select * from devices',
];
const NAMES = [
  '$version',
  '__proto__',
  'constructor',
  'tags',
  'properties',
  'desired',
  'a',
  '',
  'x'.repeat(600),
];
const TRICKS = [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x25, 0x2f, 0x3a, 0x5b, 0x7b, 0x7f, 0x80, 0xc3, 0xff];

/** Returns a copy with a few bytes changed, removed, inserted or repeated, or with the end cut off. */
export function mutateBytes(random: Random, original: Buffer): Buffer {
  let bytes = Buffer.from(original);
  for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) {
    const at = random.below(bytes.length);
    const to = Math.min(at + 1 + random.below(8), bytes.length);
    switch (random.below(6)) {
      case 0:
        bytes[at] = random.below(256);
        break;
      case 1:
        bytes[at] = random.pick(TRICKS);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), random.bytes(8), bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)]);
        break;
      default:
        bytes = bytes.subarray(0, at);
    }
  }
  return bytes;
}

/** Returns the document with one change: another type, another value, or one more or one less member. */
export function mutateJson(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null || random.oneIn(6)) return randomJson(random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.oneIn(4)) return [...value, randomJson(random)];
    const at = random.below(value.length);
    return value.map((item, index) => (index === at ? mutateJson(random, item) : item));
  }
  const object = value as { readonly [name: string]: Json };
  const names = Object.keys(object);
  if (names.length === 0 || random.oneIn(4)) return { ...object, [random.pick(NAMES)]: randomJson(random) };
  const name = random.pick(names);
  const { [name]: member = null, ...others } = object;
  return random.oneIn(4) ? others : { ...others, [name]: mutateJson(random, member) };
}

function randomJson(random: Random): Json {
  switch (random.below(7)) {
    case 0:
      return null;
    case 1:
      return random.oneIn(2);
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return [randomJson(random)];
    case 4:
      return { [random.pick(NAMES)]: randomJson(random) };
    case 5:
      return JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as Json;
    default:
      return random.pick(TEXTS);
  }
}

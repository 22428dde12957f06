import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BagProperty,
  formatPropertyBag,
  parsePropertyBag,
} from '../../../emulator/mqtt/hub/property-bag.ts';

describe('parsePropertyBag', () => {
  it.each([
    ['', {}, {}],
    ['/', {}, {}],
    ['?', {}, { '?': '' }],
    ['a=1&b=2', {}, { a: '1', b: '2' }],
    ['?a=1&?b=2', {}, { '?a': '1', '?b': '2' }],
    ['a=1/', {}, { a: '1' }],
    ['a=1&/', {}, { a: '1' }],
    ['LWT', {}, { LWT: '' }],
    ['LWT/', {}, { LWT: '' }],
    ['empty=&x=1', {}, { empty: '', x: '1' }],
    ['a=/', {}, { a: null }],
    ['a=&b=/', {}, { a: '', b: null }],
    ['$.mid=/', {}, {}],
    ['k%20%C3%A9=v%2F%2B%20&plus=a+b', {}, { 'k é': 'v/+ ', plus: 'a+b' }],
    ['raw text=100% sure&bad=%E0%A4%A', {}, { 'raw text': '100% sure', bad: '%E0%A4%A' }],
    ['a=1&a=2', {}, { a: '2' }],
    ['__proto__=x&constructor=y', {}, JSON.parse('{"__proto__":"x","constructor":"y"}')],
    [
      '%24.mid=a%20b%2Fc%26%3D&%24.ct=application%2Fjson&%24.ce=utf-8&%24.exp=1970-01-01T00%3A00%3A00.000Z&empty=&%24.sub=comp1',
      {
        messageId: 'a b/c&=',
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        expiryUtc: '1970-01-01T00:00:00.000Z',
        componentName: 'comp1',
      },
      { empty: '' },
    ],
    [
      'color=red&$.mid=1&$.cid=2&$.uid=3&$.to=t&$.ctime=now&$.on=out&$.ifid=i&$.schema=s',
      {
        messageId: '1',
        correlationId: '2',
        userId: '3',
        to: 't',
        creationTimeUtc: 'now',
        outputName: 'out',
        interfaceId: 'i',
        messageSchema: 's',
      },
      { color: 'red' },
    ],
    ['$.cdid=liar&$.cmid=liar&$.new=1&iothub-ack=full&iothub-operation=x&a=1', {}, { a: '1' }],
  ])('parses %j', (bag, system, application) => {
    expect(parsePropertyBag(bag)).toEqual({ system, application });
  });

  it('parses every formatted bag to equal properties', () => {
    const property = fc.tuple(
      fc.string({ unit: 'binary', minLength: 1 }).filter((name) => !name.startsWith('$.')),
      fc.string({ unit: 'binary', minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.uniqueArray(property, { selector: ([name]) => name }), (properties) => {
        const parsed = parsePropertyBag(formatPropertyBag(properties));
        const kept = properties.filter(([name]) => name !== 'iothub-ack' && name !== 'iothub-operation');
        expect(Object.entries(parsed.application).sort()).toEqual(
          kept.map(([name, value]) => [name, value]).sort(),
        );
      }),
    );
  });

  it('throws for no text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (bag) => void parsePropertyBag(bag)));
  });
});

describe('formatPropertyBag', () => {
  it.each([
    [[['$.mid', 'm']], '%24.mid=m'],
    [[['a b', 'c=d&e+f/g%']], 'a%20b=c%3Dd%26e%2Bf%2Fg%25'],
    [
      [
        ['empty', ''],
        ['', 'nameless'],
        ['absent', undefined],
        ['null', null],
        ['x', '1'],
      ],
      'empty=&null&x=1',
    ],
    [[['lone', '\ud800']], 'lone=%EF%BF%BD'],
  ] as [BagProperty[], string][])('formats %j', (pairs, expected) => {
    expect(formatPropertyBag(pairs)).toBe(expected);
  });
});

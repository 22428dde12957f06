import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTolerantJson } from '../../../emulator/domain/binding/tolerant-json.ts';
import { formatJson, type JsonValue, parseJson } from '../../../emulator/domain/json.ts';

const INVALID = { ok: false, error: { name: 'ArgumentInvalid' } };

/** Returns the strict JSON of a text, or undefined if it is refused. */
function readAgain(text: string): string | undefined {
  const parsed = parseTolerantJson(text);
  return parsed.ok ? formatJson(parsed.value) : undefined;
}

describe('tolerant JSON', () => {
  it.each([
    ['a name without quotes', "{deviceId: 'd1'}", '{"deviceId":"d1"}'],
    ['a name with $, _, digits and letters of any script', '{$_4bé语:1}', '{"$_4bé语":1}'],
    ['names that are literals', '{true:1,null:2,NaN:3}', '{"true":1,"null":2,"NaN":3}'],
    ['literals after a name', '{a:true,b:false,c:null}', '{"a":true,"b":false,"c":null}'],
    ['single quotes', `{'a':'b','':''}`, '{"a":"b","":""}'],
    ['quotes in single quotes', `['"', '\\'', '\\"', '\\\\', '\\\\\\'']`, `["\\"","'","\\"","\\\\","\\\\'"]`],
    ['escapes in single quotes', String.raw`['\n\u00e9\/']`, '["\\né/"]'],
    ['brackets, commas and comments in single quotes', "['[{,//x','/*y*/']", '["[{,//x","/*y*/"]'],
    ['a single quote in double quotes', `{"it's":'x'}`, `{"it's":"x"}`],
    ['a comment in a block', '/* a */{/* b\n*/"a":/***/1/* d */}', '{"a":1}'],
    ['a comment to the end of the line', '// a\n{"a":// b\r1// c\r\n}// d', '{"a":1}'],
    ['quotes in comments', '{"a":1 /* \' " */} // "', '{"a":1}'],
    ['a comma after the last member', '{"a":1,}', '{"a":1}'],
    ['a comma after the last item', '[[1,],{"a":[],},]', '[[1],{"a":[]}]'],
    ['a comma, space and a comment at the end', '[1 , /* none */ ]', '[1]'],
    [
      'number texts',
      '{a:1.0,b:[12345678901234567890,1e3,-0,],}',
      '{"a":1.0,"b":[12345678901234567890,1e3,-0]}',
    ],
    ['repeated names', `{a:1,'a':2,"a":3}`, '{"a":3}'],
    ['the name __proto__', '{__proto__:{a:1}}', '{"__proto__":{"a":1}}'],
    ['a value alone', "'a'", '"a"'],
  ])('accepts %s', (_title, text, json) => {
    expect(readAgain(text)).toBe(json);
  });

  it.each([
    ['an empty text', ''],
    ['a comment alone', '/* a */'],
    ['NaN', '{a:NaN}'],
    ['Infinity', '[Infinity]'],
    ['-Infinity', '[-Infinity]'],
    ['undefined', '{a:undefined}'],
    ['a hexadecimal number', '{a:0x1F}'],
    ['an octal number', '{a:017}'],
    ['a number with a plus', '{a:+1}'],
    ['a number that begins with a point', '{a:.5}'],
    ['a number that ends with a point', '{a:5.}'],
    ['a capitalized literal', '{a:True}'],
    ['a value without quotes', '{a:b}'],
    ['an item without quotes', '[a]'],
    ['a constructor', '{a:new Date(1)}'],
    ['a name with a hyphen', '{a-b:1}'],
    ['a name with a point', '{a.b:1}'],
    ['a name with a space', '{a b:1}'],
    ['a name that is empty', '{:1}'],
    ['a comment between a name and its colon', '{a/* b */:1}'],
    ['two commas at the end', '{"a":1,,}'],
    ['two commas in an array', '[1,,2]'],
    ['a comma alone', '[,]'],
    ['a comma alone in an object', '{,}'],
    ['a comma at the beginning', '[,1]'],
    ['a comma after a colon', '{"a":,}'],
    ['a comma after the value', '{"a":1},'],
    ['a missing comma', '{a:1 b:2}'],
    ['a missing colon', '{a 1}'],
    ['a name in an array', '[a:1]'],
    ['two texts', '{a:1}{a:1}'],
    ['two equal JSON texts', '{"a":1}{"a":1}'],
    ['two texts on two lines', '{a:1}\n{a:1}'],
    ['a truncated object', '{a:1'],
    ['a truncated string', "{a:'b"],
    ['a truncated comment', '{a:1}/* '],
    ['a comment of one slash', '{a:1/}'],
    ['brackets that do not match', '{a:[1}]'],
    ['quotes that do not match', `{a:'b"}`],
    ['a control character in single quotes', "['a\nb']"],
    ['an unknown escape', String.raw`['\x41']`],
    ['an escaped single quote in double quotes', String.raw`["\'"]`],
    ['a space other than those of JSON', '{a:\u00a01}'],
    ['a digit that is not ASCII', '[٣]'],
  ])('excludes %s', (_title, text) => {
    expect(parseTolerantJson(text)).toMatchObject(INVALID);
  });

  it('has at most 128 levels', () => {
    const nested = (levels: number) => `${'{a:'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect(parseTolerantJson(nested(128)).ok).toBe(true);
    expect(parseTolerantJson(nested(129))).toMatchObject({
      error: { message: expect.stringContaining('deeper than 128') },
    });
  });

  it('is JSON if it is valid JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseTolerantJson(text)).toEqual(parseJson(text));
      }),
    );
  });

  it('has the value of the JSON that it spells differently', () => {
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.oneof(fc.constant(null), fc.boolean(), fc.integer(), fc.double(), fc.string({ unit: 'binary' })),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('a', 'é', '$1', 'null')), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, fc.infiniteStream(fc.nat(3)), (written, choices) => {
        const strict = JSON.stringify(written);
        expect(readAgain(spell(JSON.parse(strict), () => choices.next().value))).toBe(
          formatJson(JSON.parse(strict)),
        );
      }),
    );
  });

  it('is refused in linear time if it is broken', () => {
    const timeOf = (text: string) => {
      const start = performance.now();
      expect(parseTolerantJson(text)).toMatchObject(INVALID);
      return performance.now() - start;
    };
    for (const part of [
      '/*',
      "'",
      "'\\",
      '"',
      '"\\',
      '{a:',
      '[',
      "[',",
      '//',
      '1,',
      '/**/',
      'a',
      '\\',
      '[1,',
    ]) {
      // A quadratic pass over 200,000 characters takes longer than ten seconds.
      expect(timeOf(part.repeat(200_000 / part.length)), part).toBeLessThan(3000);
    }
  });
});

/** Formats a value as tolerant JSON. Each choice is a number from 0 to 3. */
function spell(value: JsonValue, choose: () => number): string {
  const gap = () => ['', ' ', "/* ' */", '// "\n'][choose()] as string;
  const quote = (text: string) => {
    const json = JSON.stringify(text);
    return choose() < 2 ? json : `'${json.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  };
  const name = (text: string) => (/^[A-Za-zé_$0-9]+$/.test(text) && choose() > 0 ? text : quote(text));
  const list = (parts: readonly string[]) =>
    parts.join(',') + (parts.length > 0 && choose() === 0 ? ',' : '');
  if (Array.isArray(value)) {
    const items = value.map((item) => `${gap()}${spell(item, choose)}${gap()}`);
    return `[${list(items)}${gap()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, member]) => `${gap()}${name(key)} :${gap()}${spell(member as JsonValue, choose)}${gap()}`,
    );
    return `{${gap()}${list(members)}}`;
  }
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}

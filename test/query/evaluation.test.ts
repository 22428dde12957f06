import { describe, expect, it } from 'vitest';
import { type JsonObject, memberOf, NumberText } from '../../emulator/domain/json.ts';
import type { QueryCollection } from '../../emulator/query/evaluation/collection.ts';
import { compileValue } from '../../emulator/query/evaluation/compile-expression.ts';
import { compileCondition } from '../../emulator/query/evaluation/compile-query.ts';
import type { Expression } from '../../emulator/query/syntax/syntax.ts';
import { parsedCondition } from './parsed.ts';

type Outcome = boolean | number | undefined;
type Row = readonly [condition: string, outcome: Outcome];

const TWIN: JsonObject = {
  deviceId: 'th-01',
  x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: 'AB' },
  tags: {
    yes: true,
    no: false,
    text: 'b',
    value: 7,
    ten: new NumberText('10.0'),
    list: ['a', 2, new NumberText('3.0'), null, ['a']],
    object: { length: 1, '0': 'zero' },
    empty: '',
    'condition-0af3': 'x',
    '1st': 'first',
    'a.b c]d': 'quoted',
    größe: 5,
  },
  properties: JSON.parse('{"desired":{"__proto__":{"inner":1},"constructor":"own"},"reported":{}}'),
};

const COLLECTION: QueryCollection<JsonObject> = {
  roots: new Map(
    ['deviceId', 'x509Thumbprint', 'tags', 'properties'].map((name) => [
      name.toLowerCase(),
      { name, read: (row: JsonObject) => memberOf(row, name) },
    ]),
  ),
  document: (row) => row,
};

const LOGIC: readonly Row[] = [
  ...truthTable('AND', [
    [true, false, undefined],
    [false, false, false],
    [undefined, false, undefined],
  ]),
  ...truthTable('OR', [
    [true, true, true],
    [true, false, undefined],
    [true, undefined, undefined],
  ]),
  ['NOT true', false],
  ['NOT false', true],
  ['NOT undefined', undefined],
  ['NOT null', undefined],
  ["NOT 'text'", undefined],
  ['NOT NOT tags.yes', true],
  ["true AND 'text'", undefined],
  ['false AND null', false],
  ['false OR 1', undefined],
  ['tags.yes OR tags.none OR tags.no', true],
  ['tags.none AND tags.yes AND tags.no', false],
  ['NOT tags.no = true AND tags.yes', true],
];

const COMPARISONS: readonly Row[] = [
  ...orderRows('1', '2'),
  ...orderRows('-1', '0x0F'),
  ...orderRows("'a'", "'b'"),
  ...orderRows("'B'", "'a'"),
  ...orderRows("''", "'a'"),
  ...orderRows('false', 'true'),
  ['null = null', true],
  ['null != null', false],
  ['null <= null', true],
  ['null < null', false],
  ["'a' = 'A'", false],
  ...['=', '!=', '<>', '<', '<=', '>', '>='].flatMap((operator): Row[] => [
    [`tags.none ${operator} 1`, undefined],
    [`1 ${operator} tags.none`, undefined],
    [`tags.text ${operator} 1`, undefined],
    [`tags.yes ${operator} 'true'`, undefined],
    [`null ${operator} 'a'`, undefined],
    [`tags.object ${operator} 'a'`, undefined],
    [`tags.object ${operator} tags.object`, undefined],
    [`tags.list ${operator} null`, undefined],
    [`undefined ${operator} undefined`, undefined],
  ]),
  ['x509Thumbprint.primaryThumbprint = null', true],
  ["x509Thumbprint.secondaryThumbprint = 'AB'", true],
  ['tags.none = null', undefined],
  ['tags.ten = 10', true],
  ['tags.ten >= tags.value', true],
  ['(tags.value = 7) = true', true],
];

const MEMBERSHIP: readonly Row[] = [
  ["deviceId IN ['th-01', 'th-02']", true],
  ["deviceId IN ['th-02']", false],
  ["deviceId NIN ['th-02']", true],
  ["deviceId NIN ['th-01']", false],
  ['deviceId IN [1]', false],
  ['tags.none IN [undefined, 1]', undefined],
  ['tags.none NIN [1]', undefined],
  ['tags.object IN [1]', undefined],
  ['tags.ten IN [-1, 10]', true],
  ['x509Thumbprint.primaryThumbprint IN [null]', true],
];

const ARITHMETIC: readonly Row[] = [
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['10 - 3 - 2', 5],
  ['10 / 4 * 2', 5],
  ['7 % 4', 3],
  ['-tags.value', -7],
  ['- -tags.value', 7],
  ['tags.ten - 1', 9],
  ['1e3 + 0x10', 1016],
  ['1 / 0', undefined],
  ['1 % 0', undefined],
  ["'a' + 'b'", undefined],
  ['tags.none + 1', undefined],
  ['-tags.text', undefined],
  ['tags.yes * 2', undefined],
];

const FUNCTIONS: readonly Row[] = [
  ['IS_DEFINED(tags)', true],
  ['is_defined(tags.none)', false],
  ['is_defined(x509Thumbprint.primaryThumbprint)', true],
  ["STARTSWITH(deviceId, 'th')", true],
  ["STARTSWITH(deviceId, 'TH')", false],
  ["STARTSWITH(tags.none, 'th')", undefined],
  ['STARTSWITH(deviceId, 1)', undefined],
  ["ENDSWITH(deviceId, '-01')", true],
  ["ENDSWITH(tags.empty, '')", true],
  ["ARRAY_CONTAINS(tags.list, 'a')", true],
  ['ARRAY_CONTAINS(tags.list, 3)', true],
  ['ARRAY_CONTAINS(tags.list, null)', true],
  ["ARRAY_CONTAINS(tags.list, 'z')", false],
  ["ARRAY_CONTAINS(tags.text, 'b')", undefined],
  ["ARRAY_CONTAINS(tags.none, 'b')", undefined],
  ['ARRAY_CONTAINS(tags.list, tags.object)', undefined],
];

const PATHS: readonly Row[] = [
  ["DEVICEID = 'th-01'", true],
  ["id = 'th-01'", true],
  ["devices.deviceId = 'th-01'", true],
  ["Devices.Modules.DeviceId = 'th-01'", true],
  ["TAGS.text = 'b'", true],
  ['is_defined(tags.Text)', false],
  ['is_defined(unknown)', false],
  ["tags.condition-0af3 = 'x'", true],
  ["tags.[[condition-0af3]] = 'x'", true],
  ["tags.1st = 'first'", true],
  ["tags.[[a.b c]d]] = 'quoted'", true],
  ['tags.größe = 5', true],
  ['tags.value -1', 6],
  ["tags.list[0] = 'a'", true],
  ["tags.list[4][0] = 'a'", true],
  ['is_defined(tags.list[5])', false],
  ['is_defined(tags.object[0])', false],
  ["tags.object.0 = 'zero'", true],
  ['tags.object.length = 1', true],
  ['is_defined(tags.list.length)', false],
  ['is_defined(tags.list.0)', false],
  ['is_defined(tags.text.length)', false],
  ['is_defined(tags.ten.value)', false],
  ['is_defined(tags.ten.text)', false],
  ['is_defined(tags.constructor)', false],
  ['is_defined(tags.toString)', false],
  ['is_defined(tags.__proto__)', false],
  ['is_defined(__proto__)', false],
  ['is_defined(constructor.name)', false],
  ['properties.desired.__proto__.inner = 1', true],
  ["properties.desired.constructor = 'own'", true],
  ['is_defined(properties.reported.hasOwnProperty)', false],
];

const STRINGS: readonly Row[] = [
  ["'it''s' = \"it's\"", true],
  ["'it\\'s' = 'it''s'", true],
  ['\'\\u0041\\\\\' = "A\\\\"', true],
  ['"say \\"x\\"" = \'say "x"\'', true],
  ['\'\' = ""', true],
  ["'a\nb' = 'a\\u000ab'", true],
];

describe.each([
  ['logical operator', LOGIC],
  ['comparison', COMPARISONS],
  ['membership', MEMBERSHIP],
  ['arithmetic', ARITHMETIC],
  ['function', FUNCTIONS],
  ['path', PATHS],
  ['string', STRINGS],
])('%s in a condition', (_title, rows) => {
  it.each(rows)('evaluates %s to %s', (text, outcome) => {
    expect(evaluate(text)).toBe(outcome);
  });

  it.each(rows)('selects a twin only if the condition is true: %s (%s)', (text, outcome) => {
    expect(compileCondition(parsedCondition(text), COLLECTION)(TWIN)).toBe(outcome === true);
  });

  it.each(rows)('selects a twin by NOT only if the condition is false: %s (%s)', (text, outcome) => {
    expect(compileCondition(parsedCondition(`NOT (${text})`), COLLECTION)(TWIN)).toBe(outcome === false);
  });
});

describe('!= between primitives of different types', () => {
  it.each([
    ["tags.value != '7'", true],
    ["'7' <> tags.value", true],
    ['x509Thumbprint.secondaryThumbprint != null', true],
    ["tags.none != '7'", false],
    ["tags.object != '7'", false],
    ['tags.value != 7', false],
    ['tags.value != 8', true],
    ["tags.value < '7'", false],
  ])('selects the twin by %s with the option isMixedTypeNotEqualTrue: %s', (text, isSelected) => {
    const condition = parsedCondition(text);
    expect(compileCondition(condition, COLLECTION, { isMixedTypeNotEqualTrue: true })(TWIN)).toBe(isSelected);
  });
});

function evaluate(text: string): unknown {
  const where = parsedCondition(text).where as Expression;
  return compileValue(where, { collection: COLLECTION, mixedTypeNotEqual: undefined })(TWIN);
}

// Rows and columns: true, false, undefined.
function truthTable(operator: string, outcomes: readonly (readonly Outcome[])[]): readonly Row[] {
  const operands = ['tags.yes', 'tags.no', 'tags.none'];
  return operands.flatMap((left, row) =>
    operands.map((right, column): Row => [`${left} ${operator} ${right}`, outcomes[row]?.[column]]),
  );
}

function orderRows(less: string, more: string): readonly Row[] {
  return [
    [`${less} < ${more}`, true],
    [`${more} < ${less}`, false],
    [`${less} <= ${less}`, true],
    [`${more} <= ${less}`, false],
    [`${more} > ${less}`, true],
    [`${less} > ${less}`, false],
    [`${more} >= ${more}`, true],
    [`${less} >= ${more}`, false],
    [`${less} = ${less}`, true],
    [`${less} = ${more}`, false],
    [`${less} != ${more}`, true],
    [`${less} <> ${less}`, false],
  ];
}

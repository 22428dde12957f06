import { describe, expect, it } from 'vitest';
import { booleanOf, enumOf, integerOf, textOf } from '../../../emulator/domain/binding/typed-members.ts';
import { type JsonValue, parseJson } from '../../../emulator/domain/json.ts';

const ABSENT = 'absent';
const REFUSED = undefined;
const NAMES = ['scheduleDeviceMethod', 'scheduleUpdateTwin'] as const;

/** Parses one value. The text shows how a client spells it. */
function jsonOf(json: string): JsonValue {
  const parsed = parseJson(json);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

describe('a typed member', () => {
  // Columns: the value as sent, then the integer, the boolean and the string that it is bound to.
  it.each<[string, number | string | undefined, boolean | string | undefined, string | undefined]>([
    ['null', ABSENT, ABSENT, ABSENT],
    ['""', ABSENT, ABSENT, ''],
    ['"30"', 30, REFUSED, '30'],
    ['" 30"', 30, REFUSED, ' 30'],
    [String.raw`"\t30\r\n"`, 30, REFUSED, '\t30\r\n'],
    ['"+30"', 30, REFUSED, '+30'],
    ['"-30"', -30, REFUSED, '-30'],
    ['"030"', 30, REFUSED, '030'],
    ['"-0"', 0, REFUSED, '-0'],
    ['"30.0"', REFUSED, REFUSED, '30.0'],
    ['"3e1"', REFUSED, REFUSED, '3e1'],
    ['"0x1e"', REFUSED, REFUSED, '0x1e'],
    ['"1,000"', REFUSED, REFUSED, '1,000'],
    ['"3 0"', REFUSED, REFUSED, '3 0'],
    ['" "', REFUSED, REFUSED, ' '],
    ['"\u00a030"', REFUSED, REFUSED, '\u00a030'],
    ['"99999999999999999999"', REFUSED, REFUSED, '99999999999999999999'],
    ['0', 0, false, '0'],
    ['1', 1, true, '1'],
    ['5', 5, true, '5'],
    ['-1', -1, true, '-1'],
    ['-0', 0, false, '-0'],
    ['30.0', REFUSED, true, '30.0'],
    ['0.0', REFUSED, false, '0.0'],
    ['5.5', REFUSED, true, '5.5'],
    ['3e1', REFUSED, true, '3e1'],
    ['99999999999999999999', REFUSED, true, '99999999999999999999'],
    ['true', REFUSED, true, 'true'],
    ['false', REFUSED, false, 'false'],
    ['"true"', REFUSED, true, 'true'],
    ['"False"', REFUSED, false, 'False'],
    ['" TRUE "', REFUSED, true, ' TRUE '],
    ['"yes"', REFUSED, REFUSED, 'yes'],
    ['"1"', 1, REFUSED, '1'],
    ['[30]', REFUSED, REFUSED, REFUSED],
    ['{"a":30}', REFUSED, REFUSED, REFUSED],
    ['[]', REFUSED, REFUSED, REFUSED],
  ])('is bound by its type if it is sent as %s', (json, integer, boolean, text) => {
    const value = jsonOf(json);
    expect(integerOf(value, ABSENT)).toBe(integer);
    expect(booleanOf(value, ABSENT)).toBe(boolean);
    expect(textOf(value, ABSENT)).toBe(text);
  });

  it('is absent if it is not sent', () => {
    expect([integerOf, booleanOf, textOf].map((bind) => bind(undefined, ABSENT))).toEqual(
      Array(3).fill(ABSENT),
    );
    expect(enumOf(undefined, ABSENT, NAMES, 3)).toBe(ABSENT);
  });
});

describe('a member that is an enumeration', () => {
  it.each<[string, string | undefined]>([
    ['null', ABSENT],
    ['"scheduleUpdateTwin"', 'scheduleUpdateTwin'],
    ['"ScheduleUpdateTwin"', 'scheduleUpdateTwin'],
    ['" SCHEDULEDEVICEMETHOD "', 'scheduleDeviceMethod'],
    ['3', 'scheduleDeviceMethod'],
    ['4', 'scheduleUpdateTwin'],
    ['"4"', 'scheduleUpdateTwin'],
    ['" 4"', 'scheduleUpdateTwin'],
    ['0', REFUSED],
    ['2', REFUSED],
    ['5', REFUSED],
    ['-1', REFUSED],
    ['3.0', REFUSED],
    ['3.5', REFUSED],
    ['""', REFUSED],
    ['" "', REFUSED],
    ['"schedule"', REFUSED],
    ['"constructor"', REFUSED],
    ['"length"', REFUSED],
    ['true', REFUSED],
    ['["scheduleUpdateTwin"]', REFUSED],
    ['{"toString":1}', REFUSED],
  ])('is bound to a name if it is sent as %s', (json, name) => {
    expect(enumOf(jsonOf(json), ABSENT, NAMES, 3)).toBe(name);
  });

  it('is refused as a number if the numbers are unknown', () => {
    expect(enumOf(0, ABSENT, NAMES, undefined)).toBeUndefined();
    expect(enumOf('ScheduleUpdateTwin', ABSENT, NAMES, undefined)).toBe('scheduleUpdateTwin');
  });
});

import { describe, expect, it } from 'vitest';
import { type JsonObject, type JsonValue, NumberText } from '../../../emulator/domain/json.ts';
import { createTwin } from '../../../emulator/domain/twins/twin.ts';
import { mergeMembers } from '../../../emulator/domain/twins/twin-merge.ts';
import {
  type SectionName,
  validateReplacement,
  validateWrite,
} from '../../../emulator/domain/twins/twin-validation.ts';
import { identityOf } from '../../hub/quiet-hub.ts';

function nested(levels: number, innermost: JsonValue): JsonObject {
  let value: JsonValue = innermost;
  for (let level = levels; level > 0; level--) value = { [`level${level}`]: value };
  return value as JsonObject;
}

function validatePatch(section: SectionName, before: JsonObject, patch: JsonObject) {
  return validateWrite(
    'merge',
    twinWith(section, before),
    { [section]: patch },
    twinWith(section, mergeMembers(before, patch).members),
  );
}

function twinWith(section: SectionName, members: JsonObject) {
  const twin = createTwin(identityOf('d'), '2026-01-01T00:00:00Z');
  const filled = { ...members, $metadata: {}, $version: 1 };
  return section === 'tags'
    ? { ...twin, tags: members }
    : { ...twin, properties: { ...twin.properties, [section]: filled } };
}

function outcome(patch: JsonObject): string {
  const valid = validatePatch('desired', {}, patch);
  return valid.ok ? 'accepted' : valid.error.name;
}

describe('the validation of a twin section', () => {
  it.each<[string, JsonObject, string]>([
    ['refuses a name with a space', { 'a b': 1 }, 'ArgumentInvalid'],
    ['refuses a name with a point', { 'a.b': 1 }, 'ArgumentInvalid'],
    ['refuses a name with a dollar', { $a: 1 }, 'ArgumentInvalid'],
    ['refuses a name with a hash', { 'a#b': 1 }, 'ArgumentInvalid'],
    ['refuses a name with a control character', { 'a\u0007': 1 }, 'ArgumentInvalid'],
    ['refuses an invalid name in an object', { a: { 'b c': 1 } }, 'ArgumentInvalid'],
    ['refuses an invalid name in an array', { a: [{ 'b c': 1 }] }, 'ArgumentInvalid'],
    ['accepts an empty name', { '': 1 }, 'accepted'],
    ['accepts a name that is not ASCII', { größe: 1 }, 'accepted'],
    ['accepts a name of 1024 bytes', { ['n'.repeat(1024)]: 1 }, 'accepted'],
    ['refuses a name of 1025 bytes', { ['n'.repeat(1025)]: 1 }, 'ArgumentInvalid'],
    ['accepts a string of 4096 bytes', { a: 'é'.repeat(2048) }, 'accepted'],
    ['refuses a string of 4097 bytes', { a: `${'é'.repeat(2048)}x` }, 'ArgumentInvalid'],
    ['accepts the largest integer', { a: 2 ** 52 - 1 }, 'accepted'],
    ['refuses an integer larger by one', { a: 2 ** 52 }, 'ArgumentInvalid'],
    ['refuses an integer of 21 digits', { a: new NumberText('100000000000000000000') }, 'ArgumentInvalid'],
    ['accepts a large number with an exponent', { a: new NumberText('1e300') }, 'accepted'],
    [
      'accepts a large number with an exponent in the spelling of JavaScript',
      { a: 6.02214076e23 },
      'accepted',
    ],
    ['accepts a large negative number with an exponent', { a: -1e21 }, 'accepted'],
    ['accepts a large number with a point', { a: new NumberText('4503599627370496.0') }, 'accepted'],
    ['refuses a smaller integer than the range', { a: -(2 ** 52) }, 'ArgumentInvalid'],
    ['refuses an integer out of range in an array', { a: [{ b: 2 ** 52 }] }, 'ArgumentInvalid'],
    ['accepts a large number with an exponent in an array', { a: [1e21, { b: 1e22 }] }, 'accepted'],
    ['accepts ten levels', nested(10, {}), 'accepted'],
    ['accepts ten levels with a value', nested(10, 1), 'accepted'],
    ['refuses eleven levels', nested(11, {}), 'ArgumentInvalid'],
    ['refuses eleven levels of arrays', { a: [[[[[[[[[[[1]]]]]]]]]]] }, 'ArgumentInvalid'],
    ['refuses a null in an array', { a: [1, null] }, 'ArgumentInvalid'],
    ['refuses a null in an object of an array', { a: [{ b: null }] }, 'ArgumentInvalid'],
    ['accepts a null as a deletion', { a: null, b: { c: null } }, 'accepted'],
  ])('checks a patch and %s', (_title, patch, expected) => {
    expect(outcome(patch)).toBe(expected);
  });

  it('refuses a null in a replacement and names the property', () => {
    const valid = validateReplacement('tags', {}, { site: { floor: null } });
    expect(valid).toMatchObject({
      error: {
        name: 'ArgumentInvalid',
        message: 'Value of Property or Tag cannot be null. Error in Property/Tag floor',
      },
    });
  });

  it.each<['tags' | 'desired' | 'reported', number, string]>([
    ['tags', 8192, "'Tags' size should be less than 8192 bytes."],
    ['desired', 32768, "'Properties.Desired' size should be less than 32768 bytes."],
    ['reported', 32768, "'Properties.Reported' size should be less than 32768 bytes."],
  ])('refuses %s of %i bytes, but accepts a write that makes them smaller', (section, maximum, message) => {
    const full = (bytes: number) =>
      Object.fromEntries(
        Array.from({ length: Math.ceil(bytes / 4000) }, (_, index) => {
          const rest = Math.min(bytes - index * 4000, 4000);
          return [String(index), 'x'.repeat(rest - String(index).length)];
        }),
      );
    expect(validatePatch(section, {}, full(maximum - 1)).ok).toBe(true);
    const refused = validatePatch(section, {}, full(maximum));
    expect(refused).toMatchObject({ error: { name: 'DeviceModelMaxPropertiesExceeded', message } });
    expect(validatePatch(section, full(maximum * 2), { '0': null }).ok).toBe(true);
  });
});

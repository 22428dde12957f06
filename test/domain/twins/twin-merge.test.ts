import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../emulator/domain/json.ts';
import { changesOf, mergeMembers, mergeSection } from '../../../emulator/domain/twins/twin-merge.ts';

const NAMES = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const VALUES = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.array(fc.integer()),
    tie('object'),
  ),
  object: fc.array(fc.tuple(NAMES, tie('value'))).map((entries) => Object.fromEntries(entries)),
}));
const PATCHES = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.constant(null), fc.integer(), fc.string(), tie('object')),
  object: fc.array(fc.tuple(NAMES, tie('value'))).map((entries) => Object.fromEntries(entries)),
}));

function hasNull(value: JsonValue): boolean {
  return value === null || (isJsonObject(value) && Object.values(value).some(hasNull));
}

function namesOf(value: JsonObject): JsonValue {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, isJsonObject(member) ? namesOf(member) : true]),
  );
}

/** Returns the names in the metadata of a section, without the members of the hub. */
function stampedNamesOf(value: JsonObject): JsonValue {
  const children = Object.entries(value).filter(([name]) => !name.startsWith('$'));
  return Object.fromEntries(
    children.map(([name, member]) => {
      const below = stampedNamesOf(member as JsonObject);
      return [name, Object.keys(below as JsonObject).length === 0 ? true : below];
    }),
  );
}

describe('a twin patch', () => {
  it('leaves no null, does not change its arguments, and has no effect when it is merged again', () => {
    fc.assert(
      fc.property(VALUES.object, PATCHES.object, (base, patch) => {
        const [baseText, patchText] = [JSON.stringify(base), JSON.stringify(patch)];
        const merged = mergeMembers(base, patch).members;
        expect(hasNull(merged)).toBe(false);
        expect(mergeMembers(merged, patch).members).toEqual(merged);
        expect([JSON.stringify(base), JSON.stringify(patch)]).toEqual([baseText, patchText]);
        expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
      }),
    );
  });

  it('changes nothing if it touches nothing', () => {
    fc.assert(
      fc.property(VALUES.object, PATCHES.object, (base, patch) => {
        const { members, isTouched } = mergeMembers(base, patch);
        if (!isTouched) expect(members).toEqual(base);
        else expect(JSON.stringify(patch)).not.toBe('{}');
      }),
    );
  });

  it('sets the metadata of exactly the existing properties', () => {
    fc.assert(
      fc.property(PATCHES.object, PATCHES.object, (first, second) => {
        const before = mergeSection({}, undefined, first, { $lastUpdated: 'T1', $lastUpdatedVersion: 1 });
        const stamp = { $lastUpdated: 'T2', $lastUpdatedVersion: 2 };
        const { members, metadata } = mergeSection(before.members, before.metadata, second, stamp);
        const flat = JSON.parse(
          JSON.stringify(namesOf(members), (_name, value) => (isEmpty(value) ? true : value)),
        );
        expect(isEmpty(members) ? {} : flat).toEqual(stampedNamesOf(metadata));
      }),
    );
  });
});

it('changesOf returns the patch from the old content to the new', () => {
  fc.assert(
    fc.property(VALUES.object, VALUES.object, (before, after) => {
      expect(mergeMembers(before, changesOf(before, after)).members).toEqual(after);
    }),
  );
});

function isEmpty(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}

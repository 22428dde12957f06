import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';

/** Returns whether a name is reserved for the hub: `$metadata`, `$version`, `$lastUpdated`… */
export function isMetaName(name: string): boolean {
  return name.startsWith('$');
}

/** Merges a patch into an object. Null deletes a member, an object is merged, any other value replaces the member. */
export function mergeMembers(base: JsonObject, patch: JsonObject): JsonObject {
  const members = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else if (isJsonObject(value)) {
      const before = members.get(name);
      members.set(name, mergeMembers(isJsonObject(before) ? before : {}, value));
    } else members.set(name, value);
  }
  return Object.fromEntries(members);
}

/**
 * Sets the time, and for desired properties the version, of every node that a patch touches and of its ancestors.
 * Source: the Scene/Brightness twin of Azure/azure-iot-sdk-java#1011.
 */
export function mergeMetadata(
  base: JsonObject | undefined,
  patch: JsonObject,
  time: string,
  version: number | undefined,
): JsonObject {
  const children = new Map(Object.entries(base ?? {}).filter(([name]) => !isMetaName(name)));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) children.delete(name);
    else if (isJsonObject(value)) {
      const before = children.get(name);
      children.set(name, mergeMetadata(isJsonObject(before) ? before : undefined, value, time, version));
    } else children.set(name, stampOf(time, version));
  }
  return Object.fromEntries([...Object.entries(stampOf(time, version)), ...children]);
}

/**
 * Returns the names in a patch that touch a property. Two members touch none:
 * a null for an absent property, and an empty object for a property that is an object.
 */
export function touchedNames(base: JsonObject, patch: JsonObject): readonly string[] {
  return Object.entries(patch)
    .filter(([name, value]) => isTouching(memberOf(base, name), value))
    .map(([name]) => name);
}

/** Returns the patch that deletes every member. */
export function deleteAll(base: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.keys(base)
      .filter((name) => !isMetaName(name))
      .map((name) => [name, null]),
  );
}

/** Returns the new content with a null, at every level, for each name that it no longer contains. */
export function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const vanished = Object.keys(before).filter((name) => !isMetaName(name) && !Object.hasOwn(after, name));
  const kept = Object.entries(after).map(([name, value]): [string, JsonValue] => {
    const previous = memberOf(before, name);
    return [name, isJsonObject(value) && isJsonObject(previous) ? changesOf(previous, value) : value];
  });
  return Object.fromEntries([...kept, ...vanished.map((name): [string, null] => [name, null])]);
}

function isTouching(before: JsonValue | undefined, value: JsonValue): boolean {
  if (value === null) return before !== undefined;
  if (isJsonObject(value) && isJsonObject(before)) return touchedNames(before, value).length > 0;
  return true;
}

function stampOf(time: string, version: number | undefined): JsonObject {
  return version === undefined
    ? { $lastUpdated: time }
    : { $lastUpdated: time, $lastUpdatedVersion: version };
}

import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';

const EMPTY: JsonObject = {};

/** Returns whether a name is reserved for the hub: `$metadata`, `$version`, `$lastUpdated`… */
export function isMetaName(name: string): boolean {
  return name.startsWith('$');
}

/** An object after a patch, and whether the patch touched one of its properties. */
export interface MergedMembers {
  readonly members: JsonObject;
  readonly isTouched: boolean;
}

/**
 * Merges a patch into an object. Null deletes a member, an object is merged, any other value replaces the member. A
 * null touches no property if the member is absent. An empty object touches none if the member is an object.
 */
export function mergeMembers(base: JsonObject, patch: JsonObject): MergedMembers {
  return mergeSection(base, undefined, patch, EMPTY);
}

/** A section of a twin after a patch. */
export interface MergedSection extends MergedMembers {
  readonly metadata: JsonObject;
}

/**
 * Merges a patch into the members of a section and its metadata. Every node that the patch contains, and its ancestors,
 * get the stamp: the time, and for desired properties the version.
 * Source: the Scene/Brightness twin of Azure/azure-iot-sdk-java#1011.
 */
export function mergeSection(
  base: JsonObject,
  metadata: JsonObject | undefined,
  patch: JsonObject,
  stamp: JsonObject,
): MergedSection {
  // One walk for members and metadata. A `$` name of a section is not a member; the metadata of a node begins with its stamp.
  const members = new Map<string, JsonValue>();
  for (const name of Object.keys(base)) if (name[0] !== '$') members.set(name, base[name] as JsonValue);
  const nodes = new Map<string, JsonValue>();
  for (const name in stamp) nodes.set(name, stamp[name] as JsonValue);
  for (const name of Object.keys(metadata ?? EMPTY)) {
    if (name[0] !== '$') nodes.set(name, metadata?.[name] as JsonValue);
  }
  let isTouched = false;
  for (const name of Object.keys(patch)) {
    const value = patch[name] as JsonValue;
    if (value === null) {
      isTouched = members.delete(name) || isTouched;
      nodes.delete(name);
      continue;
    }
    if (isJsonObject(value)) {
      const before = members.get(name);
      const node = nodes.get(name);
      const isMerge = isJsonObject(before);
      const merged = mergeSection(
        isMerge ? before : EMPTY,
        isJsonObject(node) ? node : undefined,
        value,
        stamp,
      );
      members.set(name, merged.members);
      nodes.set(name, merged.metadata);
      isTouched ||= !isMerge || merged.isTouched;
    } else {
      members.set(name, value);
      nodes.set(name, stamp);
      isTouched = true;
    }
  }
  return { members: Object.fromEntries(members), metadata: Object.fromEntries(nodes), isTouched };
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

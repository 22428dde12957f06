import type { ClientIdentity } from '../identities/client-identity.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';
import { NEVER } from '../time.ts';
import { changesOf, deleteAll, isMetaName, mergeMembers, mergeSection } from './twin-merge.ts';

/** Desired or reported properties in the order of IoT Hub: user members, then `$metadata`, then `$version`. */
export interface TwinSection {
  readonly [name: string]: JsonValue;
  readonly $metadata: JsonObject;
  readonly $version: number;
}

/**
 * A device twin or module twin. `serviceVersion` counts the writes of back ends and determines the etag.
 * The printed `version` is `serviceVersion` + reported `$version`.
 */
export interface Twin {
  readonly identity: ClientIdentity;
  readonly serviceVersion: number;
  readonly modelId: string;
  readonly tags: JsonObject;
  readonly properties: { readonly desired: TwinSection; readonly reported: TwinSection };
}

/** An update of a twin by a back end. An absent part is not changed; null clears it. */
export interface TwinPatch {
  readonly tags?: JsonObject | null;
  readonly desired?: JsonObject | null;
}

/** A twin after an update by a back end. `notification` is the patch for the client: the update and `$version`. */
export interface TwinChange {
  readonly twin: Twin;
  readonly hasChanged: boolean;
  readonly notification: JsonObject | undefined;
  /** The touched parts, as a twin change event shows them. */
  readonly touched: { readonly tags?: JsonObject; readonly desired?: JsonObject };
}

/**
 * Creates the twin of a new identity. The metadata of a device twin has the creation time,
 * that of a module twin the zero time.
 */
export function createTwin(identity: ClientIdentity, createdTime: string): Twin {
  const time = identity.moduleId === undefined ? createdTime : NEVER;
  const section: TwinSection = { $metadata: { $lastUpdated: time }, $version: 1 };
  return {
    identity,
    serviceVersion: 1,
    modelId: '',
    tags: {},
    properties: { desired: section, reported: section },
  };
}

/**
 * Applies a PATCH: merges tags and desired properties.
 * If the desired part touches no property, the desired `$version` remains the same.
 */
export function applyTwinPatch(twin: Twin, patch: TwinPatch, time: string): TwinChange {
  const tagsPatch = patch.tags === null ? deleteAll(twin.tags) : patch.tags;
  const { desired } = twin.properties;
  const desiredPatch = patch.desired === null ? deleteAll(desired) : patch.desired;
  const tags = tagsPatch && mergeMembers(twin.tags, tagsPatch);
  const section = desiredPatch && patchSection(desired, desiredPatch, time, desired.$version + 1);
  const hasTouchedTags = tags?.isTouched === true;
  const hasTouchedDesired = section?.isTouched === true;
  if (!hasTouchedTags && !hasTouchedDesired)
    return { twin, hasChanged: false, notification: undefined, touched: {} };
  return changeOf(twin, {
    tags: hasTouchedTags ? tags.members : twin.tags,
    desired: hasTouchedDesired ? section.section : desired,
    touchedTags: hasTouchedTags ? tagsPatch : undefined,
    touchedDesired: hasTouchedDesired ? desiredPatch : undefined,
  });
}

/**
 * Applies a PUT: replaces tags and desired properties. An absent part is cleared.
 * The notification contains a null for each removed property.
 */
export function applyTwinReplacement(twin: Twin, replacement: TwinPatch, time: string): TwinChange {
  const tags = replacement.tags ?? {};
  const members = replacement.desired ?? {};
  const before = twin.properties.desired;
  return changeOf(twin, {
    tags,
    desired: patchSection(undefined, members, time, before.$version + 1).section,
    touchedTags: changesOf(twin.tags, tags),
    touchedDesired: changesOf(before, members),
  });
}

/** Applies an update by the client: merges reported properties. It increments `$version` and keeps the etag. */
export function applyReportedPatch(twin: Twin, patch: JsonObject, time: string): Twin {
  const before = twin.properties.reported;
  const { members, metadata } = mergeSection(before, before.$metadata, patch, { $lastUpdated: time });
  const reported = createSection(members, metadata, before.$version + 1);
  return { ...twin, properties: { ...twin.properties, reported } };
}

/** Formats the etag: `serviceVersion` as eight big-endian bytes in base64, `AAAAAAAAAAE=` for a new twin. */
export function formatTwinEtag(twin: Twin): string {
  let bytes = '';
  for (let rest = BigInt(twin.serviceVersion), index = 0; index < 8; index++, rest >>= 8n) {
    bytes = String.fromCharCode(Number(rest & 255n)) + bytes;
  }
  return btoa(bytes);
}

/** Returns the printed `version`: the sum of the updates by back ends and by the client. */
export function versionOf(twin: Twin): number {
  return twin.serviceVersion + twin.properties.reported.$version;
}

/** Formats the twin for its own client: both sections without `$metadata`. */
export function formatClientTwin(twin: Twin): JsonObject {
  const { $metadata: _desired, ...desired } = twin.properties.desired;
  const { $metadata: _reported, ...reported } = twin.properties.reported;
  return { desired, reported };
}

/** Returns a section without its `$` members. */
export function userMembersOf(section: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(section).filter(([name]) => !isMetaName(name)));
}

interface Outcome {
  readonly tags: JsonObject;
  readonly desired: TwinSection;
  readonly touchedTags: JsonObject | undefined;
  readonly touchedDesired: JsonObject | undefined;
}

function changeOf(twin: Twin, outcome: Outcome): TwinChange {
  const { tags, desired, touchedTags, touchedDesired } = outcome;
  const next: Twin = {
    ...twin,
    serviceVersion: twin.serviceVersion + 1,
    tags,
    properties: { desired, reported: twin.properties.reported },
  };
  const notification =
    touchedDesired === undefined ? undefined : { ...touchedDesired, $version: desired.$version };
  return {
    twin: next,
    hasChanged: true,
    notification,
    touched: {
      ...(touchedTags === undefined ? {} : { tags: touchedTags }),
      ...(touchedDesired === undefined ? {} : { desired: touchedDesired }),
    },
  };
}

/** Creates a section from its members. */
export function createSection(members: JsonObject, $metadata: JsonObject, $version: number): TwinSection {
  // `Object.fromEntries`, because a spread followed by more members creates a hidden class for each object in V8 11.
  // This would cost memory and slow down queries.
  const entries: [string, JsonValue][] = Object.entries(members);
  entries.push(['$metadata', $metadata], ['$version', $version]);
  return Object.fromEntries(entries) as JsonObject as TwinSection;
}

/** Merges desired properties with the new version in their stamps. Without a section, the patch is the complete content. */
function patchSection(
  section: TwinSection | undefined,
  patch: JsonObject,
  time: string,
  version: number,
): { readonly section: TwinSection; readonly isTouched: boolean } {
  const stamp = { $lastUpdated: time, $lastUpdatedVersion: version };
  const { members, metadata, isTouched } = mergeSection(section ?? {}, section?.$metadata, patch, stamp);
  return { section: createSection(members, metadata, version), isTouched };
}

/** Returns the metadata of the property at a path of names, or undefined if it does not exist. */
export function metadataAt(section: TwinSection, path: readonly string[]): JsonObject | undefined {
  let node: JsonValue | undefined = section.$metadata;
  for (const name of path) node = isJsonObject(node) ? memberOf(node, name) : undefined;
  return isJsonObject(node) ? node : undefined;
}

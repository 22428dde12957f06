import type { ClientIdentity } from '../identities/client-identity.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';
import { NEVER } from '../time.ts';
import { changesOf, deleteAll, isMetaName, mergeMembers, mergeMetadata, touchedNames } from './twin-merge.ts';

/** Desired or reported properties as the service prints them: user members, then `$metadata`, then `$version`. */
export interface TwinSection {
  readonly [name: string]: JsonValue;
  readonly $metadata: JsonObject;
  readonly $version: number;
}

/**
 * What a twin remembers. `serviceVersion` counts the writes of the service and makes the etag;
 * the printed `version` is `serviceVersion` + reported `$version`.
 */
export interface Twin {
  readonly identity: ClientIdentity;
  readonly serviceVersion: number;
  readonly modelId: string;
  readonly tags: JsonObject;
  readonly properties: { readonly desired: TwinSection; readonly reported: TwinSection };
}

/** A service write that has passed validation; an absent part is not touched, null clears it. */
export interface TwinPatch {
  readonly tags?: JsonObject | null;
  readonly desired?: JsonObject | null;
}

/** A twin after a service write. `notification` is what the client hears: the form of the update and `$version`. */
export interface TwinChange {
  readonly twin: Twin;
  readonly hasChanged: boolean;
  readonly notification: JsonObject | undefined;
  /** The touched parts, as a twin change event shows them. */
  readonly touched: { readonly tags?: JsonObject; readonly desired?: JsonObject };
}

/** The twin that is born with an identity; a device's sections bear its creation time, a module's the zero time. */
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

/** PATCH: merges tags and desired properties; a desired part that touches no property moves no version. */
export function applyTwinPatch(twin: Twin, patch: TwinPatch, time: string): TwinChange {
  const tagsPatch = patch.tags === null ? deleteAll(twin.tags) : patch.tags;
  const desired = twin.properties.desired;
  const desiredPatch = patch.desired === null ? deleteAll(desired) : patch.desired;
  const hasTouchedTags = tagsPatch !== undefined && touchedNames(twin.tags, tagsPatch).length > 0;
  const hasTouchedDesired = desiredPatch !== undefined && touchedNames(desired, desiredPatch).length > 0;
  if (!hasTouchedTags && !hasTouchedDesired) {
    return { twin, hasChanged: false, notification: undefined, touched: {} };
  }
  const version = desired.$version + (hasTouchedDesired ? 1 : 0);
  return changeOf(twin, {
    tags: hasTouchedTags ? mergeMembers(twin.tags, tagsPatch) : twin.tags,
    desired: hasTouchedDesired ? mergeSection(desired, desiredPatch, version, time, version) : desired,
    touchedTags: hasTouchedTags ? tagsPatch : undefined,
    touchedDesired: hasTouchedDesired ? desiredPatch : undefined,
    time,
  });
}

/** PUT: replaces tags and desired properties; an absent part is cleared. The client hears nulls for what vanished. */
export function applyTwinReplacement(twin: Twin, replacement: TwinPatch, time: string): TwinChange {
  const tags = replacement.tags ?? {};
  const wanted = replacement.desired ?? {};
  const before = twin.properties.desired;
  const version = before.$version + 1;
  const empty: TwinSection = { $metadata: { $lastUpdated: time }, $version: before.$version };
  return changeOf(twin, {
    tags,
    desired: mergeSection(empty, wanted, version, time, version),
    touchedTags: changesOf(twin.tags, tags),
    touchedDesired: changesOf(before, wanted),
    time,
  });
}

/** A device's own write: merges reported properties; always a new `$version`, never a new etag. */
export function applyReportedPatch(twin: Twin, patch: JsonObject, time: string): Twin {
  const before = twin.properties.reported;
  const reported = mergeSection(before, patch, before.$version + 1, time, undefined);
  return { ...twin, properties: { ...twin.properties, reported } };
}

/** Base64 of the big-endian count: `AAAAAAAAAAE=` for a new twin. */
export function formatTwinEtag(twin: Twin): string {
  let bytes = '';
  for (let rest = BigInt(twin.serviceVersion), index = 0; index < 8; index++, rest >>= 8n) {
    bytes = String.fromCharCode(Number(rest & 255n)) + bytes;
  }
  return btoa(bytes);
}

/** The printed `version`: service writes and reported writes together. */
export function versionOf(twin: Twin): number {
  return twin.serviceVersion + twin.properties.reported.$version;
}

/** What a device or module sees of its own twin: both sections without `$metadata`. */
export function formatClientTwin(twin: Twin): JsonObject {
  const { $metadata: _desired, ...desired } = twin.properties.desired;
  const { $metadata: _reported, ...reported } = twin.properties.reported;
  return { desired, reported };
}

/** A section without its `$` members. */
export function userMembersOf(section: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(section).filter(([name]) => !isMetaName(name)));
}

interface Outcome {
  readonly tags: JsonObject;
  readonly desired: TwinSection;
  readonly touchedTags: JsonObject | undefined;
  readonly touchedDesired: JsonObject | undefined;
  readonly time: string;
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

/** A section of these members. */
export function createSection(members: JsonObject, $metadata: JsonObject, $version: number): TwinSection {
  // A spread with more members behind it makes a hidden class per object (V8 11), which costs memory and slows queries.
  const entries = [
    ...Object.entries(members),
    ['$metadata', $metadata] as const,
    ['$version', $version] as const,
  ];
  return Object.fromEntries(entries) as JsonObject as TwinSection;
}

function mergeSection(
  section: TwinSection,
  patch: JsonObject,
  version: number,
  time: string,
  stamp: number | undefined,
): TwinSection {
  const members = mergeMembers(userMembersOf(section), patch);
  return createSection(members, mergeMetadata(section.$metadata, patch, time, stamp), version);
}

/** The node of a section's metadata at a path of names, or undefined. */
export function metadataAt(section: TwinSection, path: readonly string[]): JsonObject | undefined {
  let node: JsonValue | undefined = section.$metadata;
  for (const name of path) node = isJsonObject(node) ? memberOf(node, name) : undefined;
  return isJsonObject(node) ? node : undefined;
}

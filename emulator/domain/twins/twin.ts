import type { ClientIdentity } from '../identities/client-identity.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';
import { NEVER } from '../time.ts';
import { changesOf, deleteAll, isMetaName, mergeMembers, mergeMetadata, touchedNames } from './twin-merge.ts';

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

/**
 * Applies a PUT: replaces tags and desired properties. An absent part is cleared.
 * The notification contains a null for each removed property.
 */
export function applyTwinReplacement(twin: Twin, replacement: TwinPatch, time: string): TwinChange {
  const tags = replacement.tags ?? {};
  const members = replacement.desired ?? {};
  const before = twin.properties.desired;
  const version = before.$version + 1;
  const empty: TwinSection = { $metadata: { $lastUpdated: time }, $version: before.$version };
  return changeOf(twin, {
    tags,
    desired: mergeSection(empty, members, version, time, version),
    touchedTags: changesOf(twin.tags, tags),
    touchedDesired: changesOf(before, members),
    time,
  });
}

/** Applies an update by the client: merges reported properties. It increments `$version` and keeps the etag. */
export function applyReportedPatch(twin: Twin, patch: JsonObject, time: string): Twin {
  const before = twin.properties.reported;
  const reported = mergeSection(before, patch, before.$version + 1, time, undefined);
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

/** Creates a section from its members. */
export function createSection(members: JsonObject, $metadata: JsonObject, $version: number): TwinSection {
  // `Object.fromEntries`, because a spread followed by more members creates a hidden class for each object in V8 11.
  // This would cost memory and slow down queries.
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

/** Returns the metadata of the property at a path of names, or undefined if it does not exist. */
export function metadataAt(section: TwinSection, path: readonly string[]): JsonObject | undefined {
  let node: JsonValue | undefined = section.$metadata;
  for (const name of path) node = isJsonObject(node) ? memberOf(node, name) : undefined;
  return isJsonObject(node) ? node : undefined;
}

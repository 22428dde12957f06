import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { NEVER } from '../time.ts';
import { createSection, type Twin, type TwinPatch, type TwinSection } from './twin.ts';
import { parseTwinPatch } from './twin-request.ts';
import { validateReplacement } from './twin-validation.ts';

// One object for all device twins, because most properties of a large fleet have it.
const DEVICE_STAMP: JsonObject = { $lastUpdated: NEVER, $lastUpdatedVersion: 1 };

/** The twin in an item of a bulk request. `reported` is ignored if the identity already exists. */
export interface TwinContent extends TwinPatch {
  readonly reported?: JsonObject;
}

/** Parses `tags` and `properties` of an item of a bulk request. */
export function parseTwinContent(item: JsonObject): Result<TwinContent> {
  const tags = memberInAnyCase(item, 'tags') ?? undefined;
  const properties = memberInAnyCase(item, 'properties') ?? undefined;
  const patch = parseTwinPatch({
    ...(tags === undefined ? {} : { tags }),
    ...(properties === undefined ? {} : { properties }),
  });
  if (!patch.ok) return patch;
  const reported = parseReported(properties);
  if (!reported.ok) return reported;
  return ok({ ...patch.value, ...(reported.value === undefined ? {} : { reported: reported.value }) });
}

/** Validates the content of a new twin. */
export function validateTwinContent({ tags, desired, reported }: TwinContent): Result<void> {
  const validTags = validateReplacement('tags', {}, tags ?? {});
  if (!validTags.ok) return validTags;
  const validDesired = validateReplacement('desired', {}, desired ?? {});
  return validDesired.ok ? validateReplacement('reported', {}, reported ?? {}) : validDesired;
}

/**
 * Returns a new device twin with the content of a bulk item, which must be valid. `$version` remains 1.
 * The metadata of the given properties has the zero time and version 1. A section that is not given is unchanged.
 */
export function applyDeviceContent(twin: Twin, { tags, desired, reported }: TwinContent): Twin {
  const { properties } = twin;
  return {
    ...twin,
    tags: tags ?? {},
    properties: {
      desired: desired && hasMembers(desired) ? fillSection(desired, DEVICE_STAMP) : properties.desired,
      reported: reported && hasMembers(reported) ? fillSection(reported, DEVICE_STAMP) : properties.reported,
    },
  };
}

/**
 * Returns a new module twin with the content of a bulk item, which must be valid. `$version` remains 1.
 * The metadata of both sections has the time of the call and version 1, also if a section is not given.
 */
export function applyModuleContent(twin: Twin, content: TwinContent, time: string): Twin {
  const stamp: JsonObject = { $lastUpdated: time, $lastUpdatedVersion: 1 };
  const properties = {
    desired: fillSection(content.desired ?? {}, stamp),
    reported: fillSection(content.reported ?? {}, stamp),
  };
  return { ...twin, tags: content.tags ?? {}, properties };
}

function hasMembers(members: JsonObject): boolean {
  return Object.keys(members).length > 0;
}

function fillSection(members: JsonObject, stamp: JsonObject): TwinSection {
  return createSection(members, stampMembers(members, stamp), 1);
}

function stampMembers(members: JsonObject, stamp: JsonObject): JsonObject {
  const nodes = Object.entries(stamp);
  for (const [name, value] of Object.entries(members)) {
    if (value !== null) nodes.push([name, isJsonObject(value) ? stampMembers(value, stamp) : stamp]);
  }
  return Object.fromEntries(nodes);
}

function parseReported(properties: JsonValue | undefined): Result<JsonObject | undefined> {
  const reported = isJsonObject(properties) ? memberInAnyCase(properties, 'reported') : undefined;
  if (reported === undefined || reported === null) return ok(undefined);
  if (!isJsonObject(reported))
    return failed('ArgumentInvalid', "'properties.reported' must be a JSON object.");
  const { $metadata: _metadata, $version: _version, ...members } = reported;
  return ok(members);
}

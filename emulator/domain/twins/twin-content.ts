import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { NEVER } from '../time.ts';
import { createSection, type Twin, type TwinPatch, type TwinSection } from './twin.ts';
import { parseTwinPatch } from './twin-request.ts';
import { validateReplacement } from './twin-validation.ts';

// One object for all twins, because most properties of a large fleet have it.
const CONTENT_STAMP: JsonObject = { $lastUpdated: NEVER, $lastUpdatedVersion: 1 };

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
 * Returns a new twin with the content of a bulk item, which must be valid. `$version` remains 1.
 * The metadata of the given properties has the zero time and version 1.
 */
export function applyTwinContent(twin: Twin, { tags, desired, reported }: TwinContent): Twin {
  const properties = {
    desired: fillSection(twin.properties.desired, desired ?? {}),
    reported: fillSection(twin.properties.reported, reported ?? {}),
  };
  return { ...twin, tags: tags ?? {}, properties };
}

function fillSection(empty: TwinSection, members: JsonObject): TwinSection {
  if (Object.keys(members).length === 0) return empty;
  return createSection(members, stampMembers(members), 1);
}

function stampMembers(members: JsonObject): JsonObject {
  const nodes = Object.entries(CONTENT_STAMP);
  for (const [name, value] of Object.entries(members)) {
    if (value !== null) nodes.push([name, isJsonObject(value) ? stampMembers(value) : CONTENT_STAMP]);
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

import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import type { TwinPatch } from './twin.ts';

/**
 * Parses the update of a twin by a back end: `{ tags?, properties: { desired? } }`.
 * Members that a back end may not write are ignored, because tools send back the complete twin.
 * These are `reported`, `$metadata`, `$version` and the members of the identity.
 */
export function parseTwinPatch(body: JsonValue): Result<TwinPatch> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A twin must be a JSON object.');
  const tags = parsePart(memberInAnyCase(body, 'tags'), 'tags');
  if (!tags.ok) return tags;
  const properties = parsePart(memberInAnyCase(body, 'properties'), 'properties');
  if (!properties.ok) return properties;
  const desired = parsePart(memberInAnyCase(properties.value ?? {}, 'desired'), 'properties.desired');
  if (!desired.ok) return desired;
  return ok({
    ...(tags.value === undefined ? {} : { tags: tags.value }),
    ...(desired.value === undefined
      ? {}
      : { desired: desired.value === null ? null : withoutMetadata(desired.value) }),
  });
}

function parsePart(value: JsonValue | undefined, name: string): Result<JsonObject | null | undefined> {
  if (value === undefined || value === null || isJsonObject(value)) return ok(value);
  return failed('ArgumentInvalid', `'${name}' must be a JSON object.`);
}

function withoutMetadata(section: JsonObject): JsonObject {
  const { $metadata: _metadata, $version: _version, ...members } = section;
  return members;
}

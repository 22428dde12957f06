import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';
import { formatTwinEtag, type Twin, type TwinSection, versionOf } from './twin.ts';
import { isMetaName } from './twin-merge.ts';

/** The parts of a twin that a write touched, in the form of the write. A null is a deletion. */
export interface TouchedParts {
  readonly tags?: JsonObject;
  readonly desired?: JsonObject;
  readonly reported?: JsonObject;
}

/**
 * Formats the body of a twin change event after a PATCH. It has the new version and the touched part of each section.
 */
export function formatTwinUpdate(twin: Twin, { tags, desired, reported }: TouchedParts): JsonObject {
  const properties = {
    ...(desired === undefined ? {} : { desired: formatTouched(twin.properties.desired, desired) }),
    ...(reported === undefined ? {} : { reported: formatTouched(twin.properties.reported, reported) }),
  };
  return {
    version: versionOf(twin),
    ...(tags === undefined ? {} : { tags }),
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
  };
}

/** Formats the complete twin for an event. Unlike the twin document it omits the members of the identity. */
export function formatWholeTwin(twin: Twin, hasEmptyTags: boolean): JsonObject {
  const isTagged = hasEmptyTags || Object.keys(twin.tags).length > 0;
  return {
    ...twin.identity,
    etag: formatTwinEtag(twin),
    version: versionOf(twin),
    ...(isTagged ? { tags: twin.tags } : {}),
    properties: { desired: twin.properties.desired, reported: twin.properties.reported },
  };
}

function formatTouched(section: TwinSection, patch: JsonObject): JsonObject {
  const $metadata = touchedMetadata(section.$metadata, patch);
  return { ...patch, $metadata, $version: section.$version };
}

/** Returns the metadata of a node and of those descendants that the patch contains. */
function touchedMetadata(metadata: JsonObject, patch: JsonObject): JsonObject {
  const stamps = Object.entries(metadata).filter(([name]) => isMetaName(name));
  const children = Object.entries(patch).flatMap(([name, value]): [string, JsonValue][] => {
    const node = memberOf(metadata, name);
    if (!isJsonObject(node)) return [];
    return [[name, isJsonObject(value) ? touchedMetadata(node, value) : node]];
  });
  return Object.fromEntries([...stamps, ...children]);
}

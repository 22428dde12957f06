import { isJsonObject, type JsonObject, type JsonValue, memberOf } from '../json.ts';
import { metadataAt, type Twin, userMembersOf } from '../twins/twin.ts';
import { COMPONENT_MARK, isComponent } from './component.ts';

/** The acknowledgement of a writable property by its device: the value, and the members for `$metadata`. */
interface Acknowledgement {
  readonly value: JsonValue;
  readonly members: JsonObject;
}

const ACKNOWLEDGEMENT_NAMES: Readonly<Record<string, string>> = {
  av: 'ackVersion',
  ac: 'ackCode',
  ad: 'ackDescription',
};

/**
 * Formats a device twin as a digital twin: the reported values, and metadata.
 * The metadata of a property holds its desired value and the time of its last report.
 */
export function formatDigitalTwin(twin: Twin): JsonObject {
  const { values, metadata } = projectComponent(twin, []);
  return {
    $dtId: twin.identity.deviceId,
    ...values,
    $metadata: { $model: twin.modelId, ...metadata },
  };
}

/** Returns the properties at a path and the metadata of each. A component is one of the values. */
function projectComponent(
  twin: Twin,
  path: readonly string[],
): { readonly values: JsonObject; readonly metadata: JsonObject } {
  const desired = membersAt(twin.properties.desired, path);
  const reported = membersAt(twin.properties.reported, path);
  const values: [string, JsonValue][] = [];
  const metadata: [string, JsonValue][] = [];
  for (const name of new Set([...Object.keys(reported), ...Object.keys(desired)])) {
    const [desiredValue, value] = [memberOf(desired, name), memberOf(reported, name)];
    if (path.length === 0 && (isComponent(desiredValue) || isComponent(value))) {
      const component = projectComponent(twin, [name]);
      values.push([name, { ...component.values, $metadata: component.metadata }]);
      continue;
    }
    const acknowledgement = parseAcknowledgement(value);
    if (value !== undefined) values.push([name, acknowledgement?.value ?? value]);
    metadata.push([
      name,
      {
        ...formatDesired(twin, [...path, name], desiredValue),
        ...acknowledgement?.members,
        ...formatReported(twin, [...path, name], value),
      },
    ]);
  }
  return { values: Object.fromEntries(values), metadata: Object.fromEntries(metadata) };
}

function membersAt(section: JsonObject, path: readonly string[]): JsonObject {
  const [name] = path;
  const members = name === undefined ? section : memberOf(section, name);
  if (!isJsonObject(members)) return {};
  const { [COMPONENT_MARK]: _mark, ...properties } = userMembersOf(members);
  return path.length === 0 ? userMembersOf(members) : properties;
}

function parseAcknowledgement(value: JsonValue | undefined): Acknowledgement | undefined {
  if (!isJsonObject(value)) return undefined;
  const { value: acknowledged, ...rest } = value;
  if (acknowledged === undefined || rest.ac === undefined) return undefined;
  const names = Object.keys(ACKNOWLEDGEMENT_NAMES).filter((name) => Object.hasOwn(rest, name));
  if (names.length !== Object.keys(rest).length) return undefined;
  const members = names.map((name): [string, JsonValue] => [
    ACKNOWLEDGEMENT_NAMES[name] ?? name,
    rest[name] ?? null,
  ]);
  return { value: acknowledged, members: Object.fromEntries(members) };
}

function formatDesired(twin: Twin, path: readonly string[], desiredValue: JsonValue | undefined): JsonObject {
  if (desiredValue === undefined) return {};
  const version = metadataAt(twin.properties.desired, path)?.$lastUpdatedVersion;
  return { desiredValue, ...(version === undefined ? {} : { desiredVersion: version }) };
}

function formatReported(twin: Twin, path: readonly string[], value: JsonValue | undefined): JsonObject {
  const time = value === undefined ? undefined : metadataAt(twin.properties.reported, path)?.$lastUpdated;
  return time === undefined ? {} : { lastUpdateTime: time };
}

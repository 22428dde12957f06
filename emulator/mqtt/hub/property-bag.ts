import type { MessageProperties, SystemProperties } from '../../domain/messages/message.ts';
import { decodePercent, encodePercent } from '../../domain/percent-encoding.ts';

/** The decoded names of system properties in a property bag, with the names in the domain. */
const SYSTEM_PROPERTY_NAMES = {
  '$.mid': 'messageId',
  '$.exp': 'expiryUtc',
  '$.to': 'to',
  '$.cid': 'correlationId',
  '$.uid': 'userId',
  '$.ct': 'contentType',
  '$.ce': 'contentEncoding',
  '$.ctime': 'creationTimeUtc',
  '$.on': 'outputName',
  '$.ifid': 'interfaceId',
  '$.sub': 'componentName',
  '$.schema': 'messageSchema',
} as const satisfies Readonly<Record<string, keyof SystemProperties>>;

type SystemKey = keyof typeof SYSTEM_PROPERTY_NAMES;

// System properties without the prefix `$.`. They have no meaning in telemetry.
const BARE_SYSTEM_KEYS: ReadonlySet<string> = new Set(['iothub-operation', 'iothub-ack']);

/**
 * Parses the `key=value&key=value` at the end of a telemetry topic. Never fails. An invalid escape is unchanged, a key
 * without `=` has an empty value, an unknown `$.` key is ignored. `+` is not a space, and `?` belongs to the first key.
 * One slash at the end is not part of the bag. If it is the whole value of the last property, this value is null.
 */
export function parsePropertyBag(bag: string): MessageProperties {
  const system: { -readonly [name in keyof SystemProperties]: string } = {};
  const application = new Map<string, string | null>();
  const pairs = (bag.endsWith('/') ? bag.slice(0, -1) : bag).split('&');
  const nullPair = bag.endsWith('=/') ? pairs.length - 1 : undefined;
  for (const [index, pair] of pairs.entries()) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const key = decodePercent(separator < 0 ? pair : pair.slice(0, separator));
    const text = separator < 0 ? '' : decodePercent(pair.slice(separator + 1));
    const value = index === nullPair ? null : text;
    if (isSystemKey(key)) {
      if (value !== null) system[SYSTEM_PROPERTY_NAMES[key]] = value;
    } else if (!key.startsWith('$.') && !BARE_SYSTEM_KEYS.has(key)) application.set(key, value);
  }
  return { system, application: Object.fromEntries(application) };
}

/** A property of a bag. A property that is undefined is not sent. */
export type BagProperty = readonly [name: string, value: string | null | undefined];

/**
 * Formats a property bag. An empty value is `name=`, and null is `name` alone, as the real hub sends them although the
 * Java client throws on both (Azure/azure-iot-sdk-java#1722, #1726). A property without a name is not sent.
 */
export function formatPropertyBag(properties: readonly BagProperty[]): string {
  let bag = '';
  for (const [key, value] of properties) {
    if (key === '' || value === undefined) continue;
    const suffix = value === null ? '' : `=${encodePercent(value)}`;
    bag += `${bag === '' ? '' : '&'}${encodePercent(key)}${suffix}`;
  }
  return bag;
}

function isSystemKey(key: string): key is SystemKey {
  return Object.hasOwn(SYSTEM_PROPERTY_NAMES, key);
}

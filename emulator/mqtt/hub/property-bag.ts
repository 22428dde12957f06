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
 * without `=` has an empty value, an unknown `$.` key is ignored. `+` is not a space.
 */
export function parsePropertyBag(bag: string): MessageProperties {
  const system: { -readonly [name in keyof SystemProperties]: string } = {};
  const application = new Map<string, string>();
  for (const pair of trimBag(bag).split('&')) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const key = decodePercent(separator < 0 ? pair : pair.slice(0, separator));
    const value = separator < 0 ? '' : decodePercent(pair.slice(separator + 1));
    if (isSystemKey(key)) system[SYSTEM_PROPERTY_NAMES[key]] = value;
    else if (!key.startsWith('$.') && !BARE_SYSTEM_KEYS.has(key)) application.set(key, value);
  }
  return { system, application: Object.fromEntries(application) };
}

/** Formats a property bag without properties that have no name or no value, because the Java client throws on `key=`. */
export function formatPropertyBag(pairs: readonly (readonly [string, string | undefined])[]): string {
  let bag = '';
  for (const [key, value] of pairs) {
    if (key === '' || value === undefined || value === '') continue;
    bag += `${bag === '' ? '' : '&'}${encodePercent(key)}=${encodePercent(value)}`;
  }
  return bag;
}

// The documentation shows a leading `?`. Java modules and the .NET client end a bag with `/`.
function trimBag(bag: string): string {
  const start = bag.startsWith('?') ? 1 : 0;
  const end = bag.endsWith('/') ? bag.length - 1 : bag.length;
  return bag.slice(start, end);
}

function isSystemKey(key: string): key is SystemKey {
  return Object.hasOwn(SYSTEM_PROPERTY_NAMES, key);
}

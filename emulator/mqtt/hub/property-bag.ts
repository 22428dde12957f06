import type { MessageProperties, SystemProperties } from '../../domain/messages/message.ts';
import { decodePercent } from '../../domain/percent-encoding.ts';
import { encodePercent } from './topic-encoding.ts';

/** Names of system properties in a property bag, after decoding, and the hub's own names for them. */
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

// System properties without the `$.` that marks the others; the hub has no use for them in telemetry.
const BARE_SYSTEM_KEYS: ReadonlySet<string> = new Set(['iothub-operation', 'iothub-ack']);

/**
 * Reads `key=value&key=value` as telemetry topics end with it. Nothing is refused: a broken escape stays as it is,
 * a key without `=` has an empty value, an unknown `$.` key is left out. `+` stays `+`.
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

/**
 * Writes a property bag. A property without name or value is left out:
 * the Java client fails at `key=` and never sees the message.
 */
export function formatPropertyBag(pairs: readonly (readonly [string, string | undefined])[]): string {
  let bag = '';
  for (const [key, value] of pairs) {
    if (key === '' || value === undefined || value === '') continue;
    bag += `${bag === '' ? '' : '&'}${encodePercent(key)}=${encodePercent(value)}`;
  }
  return bag;
}

// Documentation shows a leading `?`; Java modules and the .NET client end a bag with `/`.
function trimBag(bag: string): string {
  const start = bag.startsWith('?') ? 1 : 0;
  const end = bag.endsWith('/') ? bag.length - 1 : bag.length;
  return bag.slice(start, end);
}

function isSystemKey(key: string): key is SystemKey {
  return Object.hasOwn(SYSTEM_PROPERTY_NAMES, key);
}

import type { MessageProperties, SystemProperties } from '../../domain/messages/message.ts';
import { encodePercent } from '../../domain/percent-encoding.ts';

type SystemName = keyof SystemProperties;

/** System properties by the header or the member of a batch that carries them. */
const SYSTEM_NAMES: ReadonlyMap<string, SystemName> = new Map([
  ['iothub-messageid', 'messageId'],
  ['iothub-correlationid', 'correlationId'],
  ['iothub-userid', 'userId'],
  ['iothub-to', 'to'],
  ['iothub-expiry', 'expiryUtc'],
  ['iothub-contenttype', 'contentType'],
  ['iothub-contentencoding', 'contentEncoding'],
  ['iothub-creationtimeutc', 'creationTimeUtc'],
  ['iothub-creation-time-utc', 'creationTimeUtc'],
  ['iothub-messageschema', 'messageSchema'],
  ['iothub-interface-id', 'interfaceId'],
  ['dt-subject', 'componentName'],
]);
const APPLICATION_PREFIX = 'iothub-app-';
const OWN_PREFIX = 'iothub-';

/** Parses the properties of a message from raw headers, which keep the letter case of application properties. */
export function parsePropertyHeaders(rawHeaders: readonly string[]): MessageProperties {
  const members: [string, string][] = [];
  const plain: Partial<Record<SystemName, string>> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    if (/^(iothub-|dt-subject$)/i.test(name)) members.push([name, value]);
    // The Azure CLI names the type of the message here. The SDKs name the type of the request.
    else if (/^content-type$/i.test(name) && !/octet-stream$/i.test(value)) plain.contentType = value;
    else if (/^content-encoding$/i.test(name)) plain.contentEncoding = value;
  }
  const { system, application } = parseMembers(members);
  return { system: { ...plain, ...system }, application };
}

/** Parses the properties of one message of a batch: the same names, as members of an object. */
export function parsePropertyMembers(members: Readonly<Record<string, string>>): MessageProperties {
  return parseMembers(Object.entries(members));
}

/** Formats the properties of a message as headers, names and values alternating. The reverse of {@link parsePropertyHeaders}. */
export function formatPropertyHeaders({ system, application }: MessageProperties): readonly string[] {
  const headers: string[] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.push(name, escapeValue(value));
  };
  add('iothub-messageid', system.messageId);
  add('iothub-correlationid', system.correlationId);
  add('iothub-userid', system.userId);
  add('iothub-to', system.to);
  // Without a hyphen, as the hub writes them and the Azure CLI reads them.
  add('ContentType', system.contentType);
  add('ContentEncoding', system.contentEncoding);
  for (const [name, value] of Object.entries(application)) {
    add(`${APPLICATION_PREFIX}${escapeName(name)}`, value ?? '');
  }
  return headers;
}

function parseMembers(members: readonly (readonly [string, string])[]): MessageProperties {
  const system: Partial<Record<SystemName, string>> = {};
  const application: [string, string][] = [];
  for (const [name, value] of members) {
    const lowerName = name.toLowerCase();
    const systemName = SYSTEM_NAMES.get(lowerName);
    if (systemName !== undefined) system[systemName] = value;
    else if (lowerName.startsWith(APPLICATION_PREFIX)) {
      application.push([name.slice(APPLICATION_PREFIX.length), value]);
    } else if (!lowerName.startsWith(OWN_PREFIX)) application.push([name, value]);
  }
  return { system, application: Object.fromEntries(application) };
}

// A header allows no control characters and none outside Latin-1. Such characters are percent-encoded.
function escapeValue(value: string): string {
  return value.replaceAll(/[^\x20-\x7e]+/g, encodePercent);
}

function escapeName(name: string): string {
  return name.replaceAll(/[^!#$%&'*+\-.^_`|~0-9A-Za-z]+/g, encodePercent);
}

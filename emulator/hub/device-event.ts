import type { ClientIdentity } from '../domain/client-identity.ts';
import type { DeviceEvent, SystemProperties } from '../domain/message.ts';
import { formatTime } from '../domain/time.ts';
import type { ClientRecord } from '../store/hub-state.ts';
import type { LogEntry } from '../store/partition-log.ts';
import type { IncomingEvent } from './client-session.ts';
import type { AuthenticatedClient } from './hub.ts';

/** What the hub stamps on every event of a client; made once per connection. */
export interface EventSender {
  readonly identity: ClientIdentity;
  readonly partition: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An event as the log keeps it: raw, to be decoded when somebody reads it. */
export interface StoredEvent extends LogEntry, IncomingEvent {
  readonly sender: EventSender;
}

export function senderOf(
  client: AuthenticatedClient,
  record: ClientRecord,
  partitionCount: number,
): EventSender {
  const { identity } = client;
  const { scope, type } = client.method;
  const issuer = type === 'x509' ? 'external' : 'iothub';
  return {
    identity,
    partition: partitionOf(identity.deviceId, partitionCount),
    annotations: {
      'iothub-connection-device-id': identity.deviceId,
      ...(identity.moduleId === undefined ? {} : { 'iothub-connection-module-id': identity.moduleId }),
      'iothub-connection-auth-method': JSON.stringify({ scope, type, issuer, acceptingIpFilterRule: null }),
      'iothub-connection-auth-generation-id': record.identity.generationId,
      'iothub-message-source': 'Telemetry',
      ...(record.twin.modelId === '' ? {} : { 'dt-dataschema': record.twin.modelId }),
    },
  };
}

/** The partition of a device: a stable hash (FNV-1a) of its id. */
export function partitionOf(deviceId: string, partitionCount: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < deviceId.length; index++) {
    hash = Math.imul(hash ^ deviceId.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitionCount;
}

/** Decodes a stored event into what a consumer of the Event Hubs-compatible endpoint sees. */
export function formatDeviceEvent(event: StoredEvent): DeviceEvent {
  const { system, application } = event.decode(event.head);
  const { identity } = event.sender;
  const enqueuedTimeUtc = formatTime(event.enqueuedUtc);
  return {
    partitionId: String(event.sender.partition),
    sequenceNumber: event.sequenceNumber,
    offset: String(event.sequenceNumber),
    enqueuedTimeUtc,
    ...identity,
    body: event.body,
    ...pick(system, EVENT_PROPERTIES),
    systemProperties: {
      ...event.sender.annotations,
      'iothub-enqueuedtime': enqueuedTimeUtc,
      ...annotationsOf(system),
    },
    properties: application,
  };
}

const EVENT_PROPERTIES = ['messageId', 'correlationId', 'userId', 'contentType', 'contentEncoding'] as const;

const ANNOTATIONS: readonly (readonly [keyof SystemProperties, string])[] = [
  ['creationTimeUtc', 'iothub-creation-time-utc'],
  ['outputName', 'iothub-outputname'],
  ['interfaceId', 'iothub-interface-id'],
  ['messageSchema', 'iothub-message-schema'],
  ['componentName', 'dt-subject'],
];

function annotationsOf(system: SystemProperties): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [name, annotation] of ANNOTATIONS) {
    const value = system[name];
    if (value !== undefined) annotations[annotation] = value;
  }
  return annotations;
}

function pick<T extends object, K extends keyof T>(source: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => source[name] !== undefined).map((name) => [name, source[name]]),
  ) as Pick<T, K>;
}

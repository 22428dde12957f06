import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { DeviceEvent, MessageProperties, SystemProperties } from '../../domain/messages/message.ts';
import { formatTime } from '../../domain/time.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import type { LogEntry } from '../../store/partition-log.ts';
import type { IncomingEvent } from '../client-session.ts';
import type { AuthenticatedClient } from '../hub.ts';
import { EVENT_ANNOTATIONS as names, SENDER_ANNOTATIONS } from './event-annotations.ts';
import type { EventFormats } from './event-formats.ts';

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
      ...clientAnnotationsOf(identity),
      [names.authenticationMethod]: JSON.stringify({ scope, type, issuer, acceptingIpFilterRule: null }),
      [names.generationId]: record.identity.generationId,
      [names.source]: 'Telemetry',
      ...(record.twin.modelId === '' ? {} : { [names.modelId]: record.twin.modelId }),
    },
  };
}

/** What every event bears, whoever writes it: the device, and the module if it is one's. */
export function clientAnnotationsOf({ deviceId, moduleId }: ClientIdentity): Record<string, string> {
  return {
    [names.deviceId]: deviceId,
    ...(moduleId === undefined ? {} : { [names.moduleId]: moduleId }),
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
export function formatDeviceEvent(event: StoredEvent, formats: EventFormats): DeviceEvent {
  const { system, application } = propertiesOf(event, formats);
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
      [names.enqueuedTime]: enqueuedTimeUtc,
      ...annotationsOf(system),
    },
    properties: application,
  };
}

function propertiesOf({ head, format }: StoredEvent, formats: EventFormats): MessageProperties {
  const decode = formats.get(format);
  if (decode === undefined) throw new Error(`No decoder for the event format ${format}.`);
  return decode(head);
}

const EVENT_PROPERTIES = ['messageId', 'correlationId', 'userId', 'contentType', 'contentEncoding'] as const;

function annotationsOf(system: SystemProperties): Record<string, string> {
  const annotations: Record<string, string> = {};
  for (const [name, annotation] of SENDER_ANNOTATIONS) {
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

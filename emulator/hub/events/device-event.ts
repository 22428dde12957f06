import type { EventFormats } from '../../domain/messages/incoming-event.ts';
import type { DeviceEvent, MessageProperties, SystemProperties } from '../../domain/messages/message.ts';
import { formatTime } from '../../domain/time.ts';
import type { StoredEvent } from '../../store/records.ts';
import { EVENT_ANNOTATIONS as names, SENDER_ANNOTATIONS } from './event-annotations.ts';

/** Formats a stored event as a consumer of the Event Hubs-compatible endpoint receives it. */
export function formatDeviceEvent(event: StoredEvent, formats: EventFormats): DeviceEvent {
  const { system, application } = decodeProperties(event, formats);
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

const EVENT_PROPERTIES = ['messageId', 'correlationId', 'userId', 'contentType', 'contentEncoding'] as const;

function decodeProperties({ head, format }: StoredEvent, formats: EventFormats): MessageProperties {
  const decode = formats.get(format);
  if (decode === undefined) throw new Error(`The event format ${format} has no decoder.`);
  return decode(head);
}

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

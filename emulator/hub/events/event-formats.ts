import type { EventFormat, EventFormats, PropertyDecoder } from '../../domain/messages/incoming-event.ts';
import type { MessageProperties } from '../../domain/messages/message.ts';

/** The format of {@link encodeJsonProperties}. */
export const JSON_PROPERTIES: EventFormat = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Formats properties as JSON text: the head of an event whose door received them separately. */
export function encodeJsonProperties(properties: MessageProperties): Uint8Array {
  return encoder.encode(JSON.stringify(properties));
}

/** Combines the formats of all doors with the format of the hub. Throws if a number has two decoders. */
export function createEventFormats(doors: readonly EventFormats[]): EventFormats {
  const formats = new Map<EventFormat, PropertyDecoder>([[JSON_PROPERTIES, decodeJsonProperties]]);
  for (const [format, decode] of doors.flatMap((door) => [...door])) {
    if (formats.has(format)) throw new Error(`The event format ${format} has two decoders.`);
    formats.set(format, decode);
  }
  return formats;
}

function decodeJsonProperties(head: Uint8Array): MessageProperties {
  return JSON.parse(decoder.decode(head)) as MessageProperties;
}

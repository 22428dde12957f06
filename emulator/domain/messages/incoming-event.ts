import type { MessageProperties } from './message.ts';

/**
 * The format of the head of a stored event. Each door owns some numbers. A number never changes its meaning,
 * because events that were stored with it may be read later.
 */
export type EventFormat = number;

/** Parses the properties of an event from the head that its door stored. */
export type PropertyDecoder = (head: Uint8Array) => MessageProperties;

/** The decoder of each format. */
export type EventFormats = ReadonlyMap<EventFormat, PropertyDecoder>;

/** An event as a door received it. `head` holds its properties in the given format. Both arrays are stored, not copied. */
export interface IncomingEvent {
  readonly head: Uint8Array;
  readonly format: EventFormat;
  readonly body: Uint8Array;
}

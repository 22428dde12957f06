import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import type { EventFormat, EventFormats, IncomingEvent } from '../../../domain/messages/incoming-event.ts';
import { MAXIMUM_EVENT_BYTES, type MessageProperties } from '../../../domain/messages/message.ts';
import { messageSizeOf } from '../../../domain/messages/message-size.ts';
import type { Operation } from '../../../domain/operations.ts';
import { findTopicFault } from '../../wire/packets/text-faults.ts';
import type { Refusal } from '../../wire/service.ts';
import { parsePropertyBag } from '../property-bag.ts';
import { formatEventsTopic } from '../topic-formats.ts';
import { describeBagFault, findBagFault } from './bag-faults.ts';

// Formats of stored events. A number never changes its meaning. The bits are flags of the PUBLISH.
const PROPERTY_BAG = 16;
const RETAIN = 1;
const DUP = 2;
const WILL = 4;

/** The formats of events over MQTT. The head is the property bag of the topic. The flags are those of the PUBLISH. */
export const MQTT_EVENT_FORMATS: EventFormats = new Map(
  Array.from({ length: 8 }, (_row, flags) => {
    const format = PROPERTY_BAG | flags;
    return [format, (head: Uint8Array) => decodeBag(head, format)] as const;
  }),
);

const NO_BAG = new Uint8Array(0);
const SLASH = 0x2f;

/**
 * Recognises the telemetry topic of one client. This is the hot path, so it compares bytes. Most clients send the same
 * properties again, so events with equal property bags share one array.
 */
export class TelemetryTopic {
  // Not slices of Node's buffer pool, because each would keep 8 KB in memory. Undefined if an id has a wildcard, because
  // the topic of such a client is no topic of MQTT.
  readonly #prefix: Uint8Array | undefined;
  #lastBag: Uint8Array = NO_BAG;

  constructor(identity: ClientIdentity) {
    const prefix = new Uint8Array(Buffer.from(formatEventsTopic(identity)));
    this.#prefix = findTopicFault(prefix, 0, prefix.length) === undefined ? prefix : undefined;
  }

  /**
   * Returns the property bag of the topic from `start` to `end`. Returns undefined if it is not the client's telemetry
   * topic, or if the bag is malformed; then {@link refusalOf} has the difference.
   */
  bagOf(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const bagStart = this.#bagStartOf(bytes, start, end);
    if (bagStart === undefined) return undefined;
    if (bagStart >= end) return NO_BAG;
    if (!equalsAt(this.#lastBag, bytes, bagStart, end)) {
      if (findBagFault(bytes, bagStart, end) !== undefined) return undefined;
      this.#lastBag = new Uint8Array(bytes.subarray(bagStart, end));
    }
    return this.#lastBag;
  }

  /**
   * Returns the reason for which a topic without {@link bagOf} ends the connection: it is no topic of MQTT, or its
   * property bag is malformed. Returns undefined if it is another topic.
   */
  refusalOf(bytes: Buffer, start: number, end: number): Refusal | undefined {
    const operation: Operation = 'sendEvent';
    const fault = findTopicFault(bytes, start, end);
    if (fault !== undefined) return { reason: 'packet-malformed', message: `The topic ${fault}.` };
    const bagStart = this.#bagStartOf(bytes, start, end);
    const bagFault = bagStart === undefined ? undefined : findBagFault(bytes, bagStart, end);
    if (bagStart === undefined || bagFault === undefined) return undefined;
    const message = describeBagFault(bytes, bagStart, end, bagFault);
    return { reason: 'property-bag-malformed', operation, message };
  }

  /** Returns the index behind the slash that follows the prefix. It is beyond `end` if there is no slash. */
  #bagStartOf(bytes: Uint8Array, start: number, end: number): number | undefined {
    const prefix = this.#prefix;
    if (prefix === undefined) return undefined;
    const prefixEnd = start + prefix.length;
    if (prefixEnd > end) return undefined;
    for (let index = 0; index < prefix.length; index++) {
      if (bytes[start + index] !== prefix[index]) return undefined;
    }
    return prefixEnd === end || bytes[prefixEnd] === SLASH ? prefixEnd + 1 : undefined;
  }
}

/** Makes an event from a PUBLISH with this first byte. RETAIN and DUP become properties, because the hub retains nothing. */
export function toEvent(header: number, bag: Uint8Array, body: Uint8Array): IncomingEvent {
  return { head: bag, format: PROPERTY_BAG | (header & 1) | ((header & 8) >> 2), body };
}

/** Makes an event from a will. */
export function toWillEvent(bag: Uint8Array, body: Uint8Array, isRetained: boolean): IncomingEvent {
  return { head: bag, format: PROPERTY_BAG | WILL | (isRetained ? RETAIN : 0), body };
}

/** Returns true if the body and the properties together are too large. Decodes the bag only if the size requires it. */
export function isTooLarge(event: IncomingEvent): boolean {
  if (event.body.length + event.head.length <= MAXIMUM_EVENT_BYTES) return false;
  return messageSizeOf(event.body, decodeBag(event.head, event.format)) > MAXIMUM_EVENT_BYTES;
}

function decodeBag(head: Uint8Array, format: EventFormat): MessageProperties {
  const { system, application } = parsePropertyBag(Buffer.from(head).toString('utf8'));
  const added: Record<string, string> = {};
  if (format & RETAIN) added['mqtt-retain'] = 'true';
  if (format & DUP) added['mqtt-dup'] = 'true';
  if (format & WILL) added['iothub-MessageType'] = 'Will';
  return { system, application: { ...application, ...added } };
}

function equalsAt(expected: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== expected.length) return false;
  for (let index = 0; index < expected.length; index++) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

interface InFlightMessage {
  readonly number: number;
  tag: string;
}

const MAXIMUM_PACKET_ID = 65_535;
// Twice the depth of a queue. Older messages have expired or were purged.
const MAXIMUM_REMEMBERED = 100;

/** The packet ids of one connection, and the QoS 1 messages that were sent on it and not acknowledged. */
export class InFlightMessages {
  /** The tags of the messages by packet id, the oldest first. */
  readonly #messages = new Map<number, InFlightMessage>();
  #lastPacketId = 0;

  /** Returns the packet id of a message that is sent. A message that is sent again keeps its id, with the new tag. */
  send(number: number, tag: string): number {
    for (const [packetId, earlier] of this.#messages) {
      if (earlier.number !== number) continue;
      earlier.tag = tag;
      return packetId;
    }
    const packetId = this.nextPacketId();
    const [oldest] = this.#messages.keys();
    if (oldest !== undefined && this.#messages.size === MAXIMUM_REMEMBERED) this.#messages.delete(oldest);
    this.#messages.set(packetId, { number, tag });
    return packetId;
  }

  /** Returns the tag of the message with this packet id and forgets the message; undefined if there is none. */
  acknowledge(packetId: number): string | undefined {
    const message = this.#messages.get(packetId);
    this.#messages.delete(packetId);
    return message?.tag;
  }

  /** Returns an id that no message in flight has. */
  nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % MAXIMUM_PACKET_ID) + 1;
    } while (this.#messages.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}

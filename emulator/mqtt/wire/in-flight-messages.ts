interface InFlightMessage {
  readonly packetId: number;
  readonly number: number;
  tag: string;
}

const MAXIMUM_PACKET_ID = 65_535;
// Twice the depth of a queue. Older messages have expired or were purged.
const MAXIMUM_REMEMBERED = 100;

/** The packet ids of one connection, and the QoS 1 messages that were sent on it and not acknowledged. */
export class InFlightMessages {
  readonly #messages: InFlightMessage[] = [];
  #lastPacketId = 0;

  /** Returns the packet id of a message that is sent. A message that is sent again keeps its id, with the new tag. */
  send(number: number, tag: string): number {
    const earlier = this.#messages.find((message) => message.number === number);
    if (earlier !== undefined) {
      earlier.tag = tag;
      return earlier.packetId;
    }
    const packetId = this.nextPacketId();
    if (this.#messages.length === MAXIMUM_REMEMBERED) this.#messages.shift();
    this.#messages.push({ packetId, number, tag });
    return packetId;
  }

  /** Returns the tag of the message with this packet id and forgets the message; undefined if there is none. */
  acknowledge(packetId: number): string | undefined {
    const index = this.#messages.findIndex((message) => message.packetId === packetId);
    return index < 0 ? undefined : this.#messages.splice(index, 1)[0]?.tag;
  }

  /** Returns an id that no message in flight has. */
  nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % MAXIMUM_PACKET_ID) + 1;
    } while (this.#messages.some(({ packetId }) => packetId === this.#lastPacketId));
    return this.#lastPacketId;
  }
}

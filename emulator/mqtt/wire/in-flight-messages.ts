interface InFlightMessage {
  readonly number?: number;
  tag?: string;
}

const MAXIMUM_PACKET_ID = 65_535;
const WITHOUT_TAG: InFlightMessage = {};

/** The packet ids of one connection, and the QoS 1 messages that were sent on it and not acknowledged. */
export class InFlightMessages {
  /** The messages by packet id, the oldest first. A message is kept until its PUBACK, also if its tag is of no use. */
  readonly #messages = new Map<number, InFlightMessage>();
  /** The packet ids of the messages with a number. */
  #packetIds: Map<number, number> | undefined;
  #lastPacketId = 0;
  #hasUsedAllIds = false;

  /** Returns the packet id of a message that is sent. A message that is sent again keeps its id, with the new tag. */
  send(number: number, tag: string): number {
    this.#packetIds ??= new Map();
    const earlierId = this.#packetIds.get(number);
    const earlier = earlierId === undefined ? undefined : this.#messages.get(earlierId);
    if (earlierId !== undefined && earlier !== undefined) {
      earlier.tag = tag;
      return earlierId;
    }
    const packetId = this.#add({ number, tag });
    this.#packetIds.set(number, packetId);
    return packetId;
  }

  /** Returns the packet id of a message that has no tag, because its PUBACK completes nothing. */
  sendWithoutTag(): number {
    return this.#add(WITHOUT_TAG);
  }

  /** Returns true if a message with this packet id was sent, also if it is acknowledged. */
  hasSent(packetId: number): boolean {
    return packetId > 0 && (this.#hasUsedAllIds || packetId <= this.#lastPacketId);
  }

  /** Returns the tag of the message with this packet id and forgets the message; undefined if there is none. */
  acknowledge(packetId: number): string | undefined {
    const message = this.#messages.get(packetId);
    if (message === undefined) return undefined;
    this.#messages.delete(packetId);
    if (message.number !== undefined) this.#packetIds?.delete(message.number);
    return message.tag;
  }

  /** Adds a message with an id that no other message has. If every id is taken, the oldest message is forgotten. */
  #add(message: InFlightMessage): number {
    const [oldest] = this.#messages.size === MAXIMUM_PACKET_ID ? this.#messages.keys() : [];
    if (oldest !== undefined) this.acknowledge(oldest);
    do {
      if (this.#lastPacketId === MAXIMUM_PACKET_ID) this.#hasUsedAllIds = true;
      this.#lastPacketId = (this.#lastPacketId % MAXIMUM_PACKET_ID) + 1;
    } while (this.#messages.has(this.#lastPacketId));
    this.#messages.set(this.#lastPacketId, message);
    return this.#lastPacketId;
  }
}

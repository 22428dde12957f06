interface InFlightMessage {
  readonly packetId: number;
  readonly sequenceNumber: number;
  lockToken: string;
}

const MAXIMUM_PACKET_ID = 65_535;
// Twice the depth of a queue: what is older has expired or was purged meanwhile.
const MAXIMUM_REMEMBERED = 100;

/** The packet ids of one connection, and the cloud-to-device messages that were sent on it and not acknowledged. */
export class InFlightMessages {
  readonly #messages: InFlightMessage[] = [];
  #lastPacketId = 0;

  /** The packet id of a message that goes out; one that goes out again keeps its id. */
  send(sequenceNumber: number, lockToken: string): number {
    const earlier = this.#messages.find((message) => message.sequenceNumber === sequenceNumber);
    if (earlier !== undefined) {
      earlier.lockToken = lockToken;
      return earlier.packetId;
    }
    const packetId = this.nextPacketId();
    if (this.#messages.length === MAXIMUM_REMEMBERED) this.#messages.shift();
    this.#messages.push({ packetId, sequenceNumber, lockToken });
    return packetId;
  }

  /** The lock token of the message that this PUBACK settles, or undefined where there is none. */
  acknowledge(packetId: number): string | undefined {
    const index = this.#messages.findIndex((message) => message.packetId === packetId);
    return index < 0 ? undefined : this.#messages.splice(index, 1)[0]?.lockToken;
  }

  /** An id that no message bears. */
  nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % MAXIMUM_PACKET_ID) + 1;
    } while (this.#messages.some(({ packetId }) => packetId === this.#lastPacketId));
    return this.#lastPacketId;
  }
}

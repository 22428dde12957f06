interface InFlightMessage {
  readonly packetId: number;
  lockToken: string;
}

const MAXIMUM_PACKET_ID = 65_535;
// Twice the depth of a queue: what is older has expired or was purged meanwhile.
const MAXIMUM_REMEMBERED = 100;

/** The packet ids of one connection, and the cloud-to-device messages that were sent on it and not acknowledged. */
export class InFlightMessages {
  readonly #bySequenceNumber = new Map<number, InFlightMessage>();
  #lastPacketId = 0;

  /** The packet id of a message that goes out; one that goes out again keeps its id. */
  send(sequenceNumber: number, lockToken: string): number {
    const earlier = this.#bySequenceNumber.get(sequenceNumber);
    if (earlier !== undefined) {
      earlier.lockToken = lockToken;
      return earlier.packetId;
    }
    const packetId = this.nextPacketId();
    this.#bySequenceNumber.set(sequenceNumber, { packetId, lockToken });
    if (this.#bySequenceNumber.size > MAXIMUM_REMEMBERED) this.#forgetOldest();
    return packetId;
  }

  /** The lock token of the message that this PUBACK settles, or undefined where there is none. */
  acknowledge(packetId: number): string | undefined {
    for (const [sequenceNumber, message] of this.#bySequenceNumber) {
      if (message.packetId !== packetId) continue;
      this.#bySequenceNumber.delete(sequenceNumber);
      return message.lockToken;
    }
    return undefined;
  }

  /** An id that no message bears. */
  nextPacketId(): number {
    do {
      this.#lastPacketId = (this.#lastPacketId % MAXIMUM_PACKET_ID) + 1;
    } while (this.#isTaken(this.#lastPacketId));
    return this.#lastPacketId;
  }

  #forgetOldest(): void {
    for (const sequenceNumber of this.#bySequenceNumber.keys()) {
      this.#bySequenceNumber.delete(sequenceNumber);
      return;
    }
  }

  #isTaken(packetId: number): boolean {
    for (const message of this.#bySequenceNumber.values()) if (message.packetId === packetId) return true;
    return false;
  }
}

/**
 * Collects the PUBACKs and PINGRESPs of one read, to write them at once. Their order is that of the answered packets. A
 * read is one synchronous run, so all connections of a wire share one instance.
 */
export class Acknowledgements {
  #bytes = Buffer.allocUnsafeSlow(1024);
  #length = 0;

  addPublish(packetIdHigh: number, packetIdLow: number): void {
    const at = this.#extend(4);
    this.#bytes[at] = 0x40;
    this.#bytes[at + 1] = 2;
    this.#bytes[at + 2] = packetIdHigh;
    this.#bytes[at + 3] = packetIdLow;
  }

  addPing(): void {
    const at = this.#extend(2);
    this.#bytes[at] = 0xd0;
    this.#bytes[at + 1] = 0;
  }

  /** Returns a copy of the collected packets and forgets them; undefined if there are none. */
  take(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  /** Adds bytes at the end. Returns the index of the first one. */
  #extend(byteCount: number): number {
    const at = this.#length;
    this.#length = at + byteCount;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    return at;
  }
}

/**
 * The PUBACKs and PINGRESPs of one read, in the order of what they answer, to be written at once.
 * A read is handled in one synchronous run, so all connections of a door share one.
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

  /** What is there, as bytes of their own, or undefined; then there is nothing. */
  take(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  /** Makes room at the end and tells where it begins. */
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

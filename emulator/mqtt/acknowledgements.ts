/**
 * The PUBACKs of one read, in the order of its PUBLISHes, to be written at once.
 * A read is handled in one synchronous run, so all connections of a door share one.
 */
export class Acknowledgements {
  #bytes = Buffer.allocUnsafeSlow(1024);
  #length = 0;

  add(packetIdHigh: number, packetIdLow: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    const at = this.#length;
    this.#bytes[at] = 0x40;
    this.#bytes[at + 1] = 2;
    this.#bytes[at + 2] = packetIdHigh;
    this.#bytes[at + 3] = packetIdLow;
    this.#length = at + 4;
  }

  /** What is there, as bytes of their own, or undefined; then there is nothing. */
  take(): Buffer | undefined {
    if (this.#length === 0) return undefined;
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}

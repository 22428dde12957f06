/** What a partition keeps: its place, its time (Unix milliseconds) and its weight. */
export interface LogEntry {
  readonly sequenceNumber: number;
  readonly enqueuedUtc: number;
  readonly bytes: number;
}

/**
 * An append-only log with a bound on bytes and age: the oldest entries go first.
 * Reading never copies; a reader that fell behind the oldest entry goes on from there.
 */
export class PartitionLog<Entry extends LogEntry> {
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;
  #nextSequenceNumber = 0;
  readonly #waiting = new Set<() => void>();

  /** The sequence number that the next entry will bear. */
  get nextSequenceNumber(): number {
    return this.#nextSequenceNumber;
  }

  /** The sequence number of the oldest entry that is still kept. */
  get firstSequenceNumber(): number {
    return this.#nextSequenceNumber - (this.#entries.length - this.#first);
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#nextSequenceNumber = entry.sequenceNumber + 1;
    if (this.#waiting.size > 0) this.#rouse();
  }

  /** Forgets the oldest entries until the bound holds; the count of those that went. */
  trim(maximumBytes: number, enqueuedSince: number): number {
    const before = this.#first;
    for (;;) {
      const entry = this.#entries[this.#first];
      if (entry === undefined || (this.#bytes <= maximumBytes && entry.enqueuedUtc >= enqueuedSince)) break;
      this.#bytes -= entry.bytes;
      (this.#entries as (Entry | undefined)[])[this.#first] = undefined;
      this.#first += 1;
    }
    const count = this.#first - before;
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) this.#compact();
    return count;
  }

  /** The entry with this number, the oldest one where it is gone, or undefined where it is yet to come. */
  at(sequenceNumber: number): Entry | undefined {
    const offset = Math.max(sequenceNumber - this.firstSequenceNumber, 0);
    return this.#entries[this.#first + offset];
  }

  /** Calls back once, at the next append. Returns the way to stop waiting. */
  onAppend(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  #rouse(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

/** Resolves at the next append to any of these logs, or when the signal aborts. */
export function untilAppend(
  logs: readonly { onAppend(wake: () => void): () => void }[],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const stops = logs.map((log) => log.onAppend(done));
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      for (const stop of stops) stop();
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** An entry of a log: its number, its time (Unix milliseconds) and its size. */
export interface LogEntry {
  readonly sequenceNumber: number;
  readonly enqueuedUtc: number;
  readonly bytes: number;
}

/** The content of a log, oldest entry first. */
export interface LogSnapshot<Entry> {
  readonly nextSequenceNumber: number;
  readonly entries: readonly Entry[];
}

/**
 * An append-only log with a limit of bytes and age. The oldest entries are deleted first.
 * Reading does not copy. A reader whose next entry was deleted continues with the oldest entry.
 */
export class PartitionLog<Entry extends LogEntry> {
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;
  #nextSequenceNumber = 0;
  #restoredAt = 0;
  #restoreCount = 0;
  readonly #waiting = new Set<() => void>();

  /** The sequence number of the next entry. */
  get nextSequenceNumber(): number {
    return this.#nextSequenceNumber;
  }

  /** The sequence number of the oldest remaining entry. */
  get firstSequenceNumber(): number {
    return this.#nextSequenceNumber - (this.#entries.length - this.#first);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of calls of {@link restore}. */
  get restoreCount(): number {
    return this.#restoreCount;
  }

  /** The next sequence number at the time of the last {@link restore}. */
  get restoredAt(): number {
    return this.#restoredAt;
  }

  append(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#nextSequenceNumber = entry.sequenceNumber + 1;
    if (this.#waiting.size > 0) this.#wakeReaders();
  }

  /** Deletes the oldest entries until both limits are met. Returns the number of deleted entries. */
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

  /** Returns the entry with this number, or the oldest one if it was deleted. Returns undefined if it does not exist yet. */
  at(sequenceNumber: number): Entry | undefined {
    const offset = Math.max(sequenceNumber - this.firstSequenceNumber, 0);
    return this.#entries[this.#first + offset];
  }

  /** Returns all entries, oldest first. */
  entries(): readonly Entry[] {
    return this.#entries.slice(this.#first);
  }

  /** Replaces the content. Readers continue after its last entry: they read only what is appended later. */
  restore({ entries, nextSequenceNumber }: LogSnapshot<Entry>): void {
    this.#entries = [...entries];
    this.#first = 0;
    this.#bytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#nextSequenceNumber = nextSequenceNumber;
    this.#restoredAt = nextSequenceNumber;
    this.#restoreCount += 1;
  }

  /** Calls `wake` once, at the next append. Returns a function that cancels this. */
  onAppend(wake: () => void): () => void {
    this.#waiting.add(wake);
    return () => this.#waiting.delete(wake);
  }

  #wakeReaders(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #compact(): void {
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}

/** A log without its writes. */
export type ReadableLog<Entry extends LogEntry> = Omit<PartitionLog<Entry>, 'append' | 'trim' | 'restore'>;

/** The position of one reader in a log. */
export class LogCursor<Entry extends LogEntry> {
  readonly #log: ReadableLog<Entry>;
  #next: number;
  #restoreCount: number;

  constructor(log: ReadableLog<Entry>, next: number) {
    this.#log = log;
    this.#next = next;
    this.#restoreCount = log.restoreCount;
  }

  /** Returns the next entry without moving the cursor, or undefined if there is none yet. */
  peek(): Entry | undefined {
    if (this.#restoreCount !== this.#log.restoreCount) {
      this.#restoreCount = this.#log.restoreCount;
      this.#next = this.#log.restoredAt;
    }
    return this.#log.at(this.#next);
  }

  /** Moves the cursor after an entry. */
  pass({ sequenceNumber }: Entry): void {
    this.#next = sequenceNumber + 1;
  }
}

/** Resolves at the next append to any of these logs, or when the signal aborts. */
export function waitForAppend(
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

/** How long to wait before a test fails. */
export interface WaitOptions {
  /** 5000 unless told. */
  readonly timeoutMilliseconds?: number;
}

/** Something that comes true when the hub says that something happened. */
export interface Condition<T> {
  readonly what: string;
  /** The value, or undefined while it is not there. */
  check(): T | undefined;
  /** Calls back at every happening; returns the way to stop. */
  listen(listener: () => void): () => void;
  /** What there was instead, for the message of a failure. */
  describe?(): string;
}

/** Waits for an event, never for a time; fails with what there was instead, or as the condition itself fails. */
export async function waitFor<T>(
  condition: Condition<T>,
  { timeoutMilliseconds = 5000 }: WaitOptions = {},
): Promise<T> {
  const present = condition.check();
  if (present !== undefined) return present;
  return new Promise((resolve, reject) => {
    const stop = condition.listen(() => {
      try {
        const value = condition.check();
        if (value !== undefined) finish(() => resolve(value));
      } catch (error) {
        // Thrown here, it would strike the hub, which is in the midst of its work.
        finish(() => reject(error));
      }
    });
    const deadline = setTimeout(() => {
      const instead = condition.describe === undefined ? '' : ` ${condition.describe()}`;
      const failure = new Error(
        `Waited ${timeoutMilliseconds} ms in vain until ${condition.what}.${instead}`,
      );
      finish(() => reject(failure));
    }, timeoutMilliseconds);
    function finish(settle: () => void): void {
      stop();
      clearTimeout(deadline);
      settle();
    }
  });
}

/** A stream in which something is looked for. */
export interface Search<T> {
  readonly what: string;
  read(signal: AbortSignal): AsyncIterable<T>;
  condition(item: T): boolean;
  /** How a near miss is told. */
  format(item: T): string;
}

/** The first of a stream that fulfils the condition; fails with the last ones that did not. */
export async function firstOf<T>(
  { what, read, condition, format }: Search<T>,
  { timeoutMilliseconds = 5000 }: WaitOptions,
): Promise<T> {
  const others: T[] = [];
  const stop = new AbortController();
  const deadline = setTimeout(() => stop.abort(), timeoutMilliseconds);
  try {
    for await (const item of read(stop.signal)) {
      if (condition(item)) return item;
      others.push(item);
    }
  } finally {
    clearTimeout(deadline);
  }
  const nearest = others.slice(-5).map((item) => format(item).slice(0, 200));
  const seen = others.length === 0 ? 'none at all' : `only ${others.length}: ${nearest.join(' | ')}`;
  throw new Error(`Waited ${timeoutMilliseconds} ms in vain for ${what}; there was ${seen}.`);
}

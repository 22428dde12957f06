/** How long to wait before a test fails. */
export interface WaitOptions {
  /** Default: 5000. */
  readonly timeoutMilliseconds?: number;
}

/** Something that a change at the hub can make true. */
export interface Condition<T> {
  /** Completes the sentence "Timed out waiting for …". */
  readonly what: string;
  /** Returns the value, or undefined while it is not there. */
  check(): T | undefined;
  /** Calls back at every change. Returns a function that stops. */
  listen(listener: () => void): () => void;
  /** Says what there was instead, for the message of a failure. */
  describe?(): string;
}

/** Waits for a change, never for a time. Rejects with what there was instead, or as the condition itself fails. */
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
        // Thrown here, it would fail the operation of the hub that caused the change.
        finish(() => reject(error));
      }
    });
    const deadline = setTimeout(() => {
      const instead = condition.describe === undefined ? '' : ` ${condition.describe()}`;
      const failure = new Error(`${timedOut(timeoutMilliseconds, condition.what)}.${instead}`);
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
  /** Completes the sentence "Timed out waiting for …". */
  readonly what: string;
  read(signal: AbortSignal): AsyncIterable<T>;
  condition(item: T): boolean;
  /** Formats an item that did not meet the condition. */
  format(item: T): string;
}

/** Returns the first item of a stream that meets the condition. Rejects with the last ones that did not. */
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
  const seen =
    others.length === 0 ? 'There was none.' : `There were ${others.length}: ${nearest.join(' | ')}.`;
  throw new Error(`${timedOut(timeoutMilliseconds, what)} that meets the condition. ${seen}`);
}

function timedOut(milliseconds: number, what: string): string {
  return `Timed out after ${milliseconds} ms waiting for ${what}`;
}

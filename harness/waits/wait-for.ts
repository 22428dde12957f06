const DEFAULT_TIMEOUT_MILLISECONDS = 5000;

/** The timeout of a wait. */
export interface WaitOptions {
  /** Default: 5000. */
  readonly timeoutMilliseconds?: number;
}

/** A condition that a change of the hub can meet. */
export interface Condition<T> {
  /** Completes the sentence "Timed out waiting for …". */
  readonly what: string;
  /** Returns the value, or undefined if the condition is not met. */
  check(): T | undefined;
  /** Calls the listener after every change. Returns a function that ends this. */
  listen(listener: () => void): () => void;
  /** Describes the actual state for the error message. */
  describe?(): string;
}

/** Waits until a condition is met. Rejects with the actual state after the timeout, or if the condition throws. */
export async function waitFor<T>(
  condition: Condition<T>,
  { timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS }: WaitOptions = {},
): Promise<T> {
  const present = condition.check();
  if (present !== undefined) return present;
  return new Promise((resolve, reject) => {
    const stop = condition.listen(() => {
      try {
        const value = condition.check();
        if (value !== undefined) finish(() => resolve(value));
      } catch (error) {
        // An error must not reach the operation of the hub that caused the change.
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

/** A search for an item in a stream. */
export interface Search<T> {
  /** Completes the sentence "Timed out waiting for …". */
  readonly what: string;
  read(signal: AbortSignal): AsyncIterable<T>;
  condition(item: T): boolean;
  /** Formats an item that did not meet the condition. */
  format(item: T): string;
}

/** Returns the first item of a stream that meets the condition. Rejects with the last items that did not. */
export async function firstOf<T>(
  { what, read, condition, format }: Search<T>,
  { timeoutMilliseconds = DEFAULT_TIMEOUT_MILLISECONDS }: WaitOptions,
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
  const last = others.slice(-5).map((item) => format(item).slice(0, 200));
  const seen = others.length === 0 ? 'There was none.' : `There were ${others.length}: ${last.join(' | ')}.`;
  throw new Error(`${timedOut(timeoutMilliseconds, what)} that meets the condition. ${seen}`);
}

function timedOut(milliseconds: number, what: string): string {
  return `Timed out after ${milliseconds} ms waiting for ${what}`;
}

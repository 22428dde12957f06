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

/** Waits for an event, never for a time; fails with what there was instead. */
export function waitFor<T>(
  condition: Condition<T>,
  { timeoutMilliseconds = 5000 }: WaitOptions = {},
): Promise<T> {
  const present = condition.check();
  if (present !== undefined) return Promise.resolve(present);
  return new Promise((resolve, reject) => {
    const stop = condition.listen(() => {
      const value = condition.check();
      if (value === undefined) return;
      finish();
      resolve(value);
    });
    const deadline = setTimeout(() => {
      finish();
      const instead = condition.describe === undefined ? '' : ` ${condition.describe()}`;
      reject(new Error(`Waited ${timeoutMilliseconds} ms in vain until ${condition.what}.${instead}`));
    }, timeoutMilliseconds);
    function finish(): void {
      stop();
      clearTimeout(deadline);
    }
  });
}

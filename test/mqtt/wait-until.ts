const DEADLINE_MILLISECONDS = 5000;

/** Resolves with the first value of `look` that is neither undefined nor false. Calls it every 2 ms. */
export async function waitUntil<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const end = Date.now() + DEADLINE_MILLISECONDS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Timed out waiting for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const DEADLINE_MILLISECONDS = 5000;

/** Resolves with the first value that `look` finds, looking again after whatever the event loop does next. */
export async function waitUntil<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const end = Date.now() + DEADLINE_MILLISECONDS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

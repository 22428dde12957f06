// A terminal and a wrapper such as npm may both send the one Ctrl-C that somebody pressed.
const SAME_KEYPRESS_MILLISECONDS = 200;
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Resolves with the first signal that asks the process to stop; another one ends it wherever it is. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let stoppedAt: number | undefined;
    for (const [signal, number] of Object.entries(SIGNALS)) {
      process.on(signal, () => {
        stoppedAt ??= performance.now();
        if (performance.now() - stoppedAt > SAME_KEYPRESS_MILLISECONDS) process.exit(128 + number);
        resolve();
      });
    }
  });
}

// A terminal and a wrapper such as npm may both send the signal of one Ctrl-C.
const SAME_KEYPRESS_MILLISECONDS = 200;
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

/** Resolves at the first signal to stop the process. A later signal ends the process immediately. */
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

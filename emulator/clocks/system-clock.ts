import type { Clock } from '../hub/ports.ts';

// Node runs a longer timer immediately.
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Creates a clock with the machine's time and timers. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    schedule: (delayMilliseconds, run) => {
      let rest = delayMilliseconds;
      let timer: NodeJS.Timeout;
      const arm = () => {
        const step = Math.min(rest, LONGEST_TIMER_MILLISECONDS);
        rest -= step;
        timer = setTimeout(rest > 0 ? arm : run, step);
      };
      arm();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

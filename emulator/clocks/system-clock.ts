import type { Clock, Timer } from '../hub/ports.ts';

// Node runs a longer timer immediately.
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Creates a clock with the machine's time and timers. */
export function createSystemClock(): Clock {
  return { now: Date.now, schedule };
}

function schedule(delayMilliseconds: number, run: () => void): Timer {
  if (delayMilliseconds > LONGEST_TIMER_MILLISECONDS) return scheduleInSteps(delayMilliseconds, run);
  const timer = setTimeout(run, delayMilliseconds);
  return { cancel: () => clearTimeout(timer) };
}

function scheduleInSteps(delayMilliseconds: number, run: () => void): Timer {
  let timer = schedule(LONGEST_TIMER_MILLISECONDS, () => {
    timer = schedule(delayMilliseconds - LONGEST_TIMER_MILLISECONDS, run);
  });
  return { cancel: () => timer.cancel() };
}

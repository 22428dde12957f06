import { createSystemClock } from '../../emulator/clocks/system-clock.ts';
import type { Clock } from '../../emulator/hub/ports.ts';

/** The machine's clock, which knows how many timers run. */
export function createCountingClock(): Clock & { readonly timerCount: number } {
  const clock = createSystemClock();
  const running = new Set<object>();
  return {
    now: () => clock.now(),
    schedule: (delayMilliseconds, run) => {
      const timer = clock.schedule(delayMilliseconds, () => {
        running.delete(timer);
        run();
      });
      running.add(timer);
      return {
        cancel: () => {
          running.delete(timer);
          timer.cancel();
        },
      };
    },
    get timerCount() {
      return running.size;
    },
  };
}

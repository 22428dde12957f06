import { createSystemClock } from '../../../emulator/clocks/system-clock.ts';
import type { Clock } from '../../../emulator/hub/ports.ts';

/** Creates a system clock that counts its running timers. */
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

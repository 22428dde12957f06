import type { Clock } from '../hub/ports.ts';

/** A clock whose time changes only by `advance`. */
export interface ManualClock extends Clock {
  /** Advances the time and runs all calls that become due, in order. Calls that these schedule in the span run too. */
  advance(milliseconds: number): void;
}

interface ScheduledCall {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** Creates a clock whose time is `start` (Unix milliseconds). */
export function createManualClock(start: number): ManualClock {
  const scheduledCalls = new Set<ScheduledCall>();
  let now = start;
  let order = 0;
  return {
    now: () => now,
    schedule: (delayMilliseconds, run) => {
      const call: ScheduledCall = { due: now + Math.max(delayMilliseconds, 0), order: order++, run };
      scheduledCalls.add(call);
      return { cancel: () => scheduledCalls.delete(call) };
    },
    advance: (milliseconds) => {
      const end = now + milliseconds;
      for (let next = firstDue(end); next !== undefined; next = firstDue(end)) {
        scheduledCalls.delete(next);
        now = Math.max(now, next.due);
        next.run();
      }
      now = end;
    },
  };

  function firstDue(end: number): ScheduledCall | undefined {
    let first: ScheduledCall | undefined;
    for (const call of scheduledCalls) {
      if (call.due > end) continue;
      if (first === undefined || call.due < first.due) first = call;
      else if (call.due === first.due && call.order < first.order) first = call;
    }
    return first;
  }
}

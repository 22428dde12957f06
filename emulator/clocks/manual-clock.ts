import type { Clock } from '../hub/ports.ts';

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves time on and runs, in order, everything that falls due; what that schedules within the span runs too. */
  advance(milliseconds: number): void;
}

interface Appointment {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
}

/** Makes a clock that stands at `start` (Unix milliseconds). */
export function createManualClock(start: number): ManualClock {
  const appointments = new Set<Appointment>();
  let now = start;
  let order = 0;
  return {
    now: () => now,
    schedule: (delayMilliseconds, run) => {
      const appointment: Appointment = { due: now + Math.max(delayMilliseconds, 0), order: order++, run };
      appointments.add(appointment);
      return { cancel: () => appointments.delete(appointment) };
    },
    advance: (milliseconds) => {
      const end = now + milliseconds;
      for (let next = firstDue(end); next !== undefined; next = firstDue(end)) {
        appointments.delete(next);
        now = Math.max(now, next.due);
        next.run();
      }
      now = end;
    },
  };

  function firstDue(end: number): Appointment | undefined {
    let first: Appointment | undefined;
    for (const appointment of appointments) {
      if (appointment.due > end) continue;
      if (first === undefined || appointment.due < first.due) first = appointment;
      else if (appointment.due === first.due && appointment.order < first.order) first = appointment;
    }
    return first;
  }
}

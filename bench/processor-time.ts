import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const CLOCK_TICKS_PER_SECOND = 100;

/** Seconds of processor time, of user and system, that a process has spent so far. */
export function processorSecondsOf(pid: number): number {
  const { own } = readProcess(pid);
  return own / CLOCK_TICKS_PER_SECOND;
}

/** Starts to watch the machine; the returned function tells the share (0 to 1) that other programs took since. */
export function watchOthers(): () => number {
  const start = performance.now();
  const busyBefore = busyTicks();
  const oursBefore = ticksOfFamily(process.pid);
  return () => {
    const seconds = (performance.now() - start) / 1000;
    const others = busyTicks() - busyBefore - (ticksOfFamily(process.pid) - oursBefore);
    return Math.max(others, 0) / CLOCK_TICKS_PER_SECOND / seconds / availableParallelism();
  };
}

// User, nice and system time of all processors; interrupts are mostly the work of the sockets under test.
function busyTicks(): number {
  const [, , user, nice, system] = readFileSync('/proc/stat', 'utf8').split(' ', 5);
  return Number(user) + Number(nice) + Number(system);
}

// Running children are added; the time of ended ones is part of the process's own figures.
function ticksOfFamily(pid: number): number {
  const { own, ended } = readProcess(pid);
  return childrenOf(pid).reduce((sum, child) => sum + ticksOfFamily(child), own + ended);
}

function childrenOf(pid: number): readonly number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

function readProcess(pid: number): { readonly own: number; readonly ended: number } {
  // The fields after the name in parentheses; the 14th to 17th of all are utime, stime, cutime and cstime.
  const fields = read(`/proc/${pid}/stat`)?.split(') ')[1]?.split(' ') ?? [];
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: user + system, ended: endedUser + endedSystem };
}

// A process may end while it is read.
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

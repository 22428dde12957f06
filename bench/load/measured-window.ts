import { setTimeout as wait } from 'node:timers/promises';
import { processorSecondsOf } from '../processor-time.ts';

export interface WindowSettings {
  readonly warmUpMilliseconds: number;
  readonly milliseconds: number;
  /** The server whose processor time is counted too. */
  readonly serverPid: number;
}

/** What happened in a window of time, and what it cost either side. */
export interface WindowFigures {
  readonly perSecond: number;
  /** Microseconds of processor time for each thing that happened. */
  readonly serverMicroseconds: number;
  readonly loadMicroseconds: number;
}

/** Lets the load run warm and then counts for a while. */
export async function measureWindow(settings: WindowSettings, count: () => number): Promise<WindowFigures> {
  await wait(settings.warmUpMilliseconds);
  const start = performance.now();
  const countBefore = count();
  const serverBefore = processorSecondsOf(settings.serverPid);
  const loadBefore = process.cpuUsage();
  await wait(settings.milliseconds);
  const seconds = (performance.now() - start) / 1000;
  const counted = count() - countBefore;
  const { user, system } = process.cpuUsage(loadBefore);
  return {
    perSecond: counted / seconds,
    serverMicroseconds: ((processorSecondsOf(settings.serverPid) - serverBefore) * 1e6) / counted,
    loadMicroseconds: (user + system) / counted,
  };
}

import { setTimeout as wait } from 'node:timers/promises';
import { processorSecondsOf } from '../processor-time.ts';

export interface WindowSettings {
  readonly warmUpMilliseconds: number;
  readonly milliseconds: number;
  /** The server, whose processor time is counted too. */
  readonly serverPid: number;
}

/** The rate in a window of time, and what it cost server and load. */
export interface WindowFigures {
  readonly perSecond: number;
  /** Microseconds of processor time for each counted message, connection or request. */
  readonly serverMicroseconds: number;
  readonly loadMicroseconds: number;
}

/** Waits for the warm-up and then counts for the given time. */
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

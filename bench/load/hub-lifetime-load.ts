import { startHub } from '../../harness/harness.ts';
import { answer, settingsOf } from '../processes.ts';

export interface HubLifetimeLoad {
  readonly count: number;
}

export interface HubLifetimeFigures {
  /** Milliseconds from `startHub()` to the end of its disposal. */
  readonly first: number;
  readonly later: readonly number[];
}

// Hubs in this process, one after the other, as a test suite starts them.
const { count } = settingsOf<HubLifetimeLoad>();
const first = await liveOnce();
const later: number[] = [];
for (let index = 0; index < count; index++) later.push(await liveOnce());
answer({ first, later } satisfies HubLifetimeFigures);

async function liveOnce(): Promise<number> {
  const start = performance.now();
  const hub = await startHub();
  await hub[Symbol.asyncDispose]();
  return performance.now() - start;
}

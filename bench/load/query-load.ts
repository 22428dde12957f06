import { answer, settingsOf } from '../processes.ts';
import { measureQueries } from '../query.ts';

export interface QueryLoad {
  readonly twinCount: number;
  readonly runs: number;
}

// In a process of its own, for a million twins need more than the heap that Node allows itself.
const { twinCount, runs } = settingsOf<QueryLoad>();
answer({ figures: measureQueries(twinCount, runs) });

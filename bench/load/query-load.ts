import { createManualClock } from '../../emulator/clocks/manual-clock.ts';
import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import { parseDeviceId } from '../../emulator/domain/identities/client-identity.ts';
import { parseDeviceRequest } from '../../emulator/domain/identities/identity-request.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import type { Result } from '../../emulator/domain/result.ts';
import { DEFAULT_HUB_OPTIONS } from '../../emulator/emulator-options.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import { answer, settingsOf } from '../processes.ts';
import { median } from '../report/statistics.ts';
import { createRow, type TwinRow } from './fleet.ts';

export interface QueryLoad {
  readonly twinCount: number;
  readonly runs: number;
}

/**
 * The time of one query over `twinCount` twins, in milliseconds; `itemCount` is the size of its result.
 * `byHandMilliseconds` is the time of the same condition as a hand-written loop, run in turns.
 */
export interface QueryFigure {
  readonly title: string;
  readonly twinCount: number;
  readonly itemCount: number;
  readonly medianMilliseconds: number;
  readonly fastestMilliseconds: number;
  readonly slowestMilliseconds: number;
  readonly byHandMilliseconds?: number;
}

export interface QueryFigures {
  readonly figures: readonly QueryFigure[];
}

interface BenchQuery {
  readonly title: string;
  readonly text: string;
  byHand?(row: TwinRow): boolean;
}

const QUERIES: readonly BenchQuery[] = [
  {
    title: 'one tag',
    text: "SELECT * FROM devices WHERE tags.site.plant = 'plant-77'",
    byHand: (row) => row.tags.site.plant === 'plant-77',
  },
  {
    title: 'tag and reported',
    text: "SELECT * FROM devices WHERE tags.site.region = 'EU' AND properties.reported.battery < 1",
    byHand: (row) => row.tags.site.region === 'EU' && row.properties.reported.battery < 1,
  },
  {
    title: 'one device id',
    text: "SELECT * FROM devices WHERE deviceId = 'device-0004711'",
    byHand: (row) => row.deviceId === 'device-0004711',
  },
  {
    title: 'prefix, IN, NOT',
    text: "SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'device-00') AND tags.floor IN [3] AND NOT properties.reported.battery >= 4",
  },
  {
    title: 'group by',
    text: 'SELECT tags.site.region AS region, COUNT() AS n, AVG(properties.reported.battery) AS battery FROM devices GROUP BY tags.site.region',
  },
];

// Each answer fits on one page, so that every scan looks at every twin.
const LARGEST_PAGE = 1000;

// Queries through a hub with `twinCount` devices: one page per run.
const { twinCount, runs } = settingsOf<QueryLoad>();
const hub = createFleetHub();
const rows = Array.from({ length: twinCount }, (_, index) => createRow(index));
for (const row of rows) register(row);
answer({ figures: QUERIES.map(measure) } satisfies QueryFigures);

function measure({ title, text, byHand }: BenchQuery): QueryFigure {
  const times: number[] = [];
  const timesByHand: number[] = [];
  // The first run warms up the compiler and does not count.
  countItems(text);
  for (let run = 0; run < runs; run++) {
    times.push(timeOf(() => countItems(text)));
    if (byHand) timesByHand.push(timeOf(() => rows.filter(byHand).length));
  }
  return {
    title,
    twinCount,
    itemCount: countItems(text),
    medianMilliseconds: median(times),
    fastestMilliseconds: Math.min(...times),
    slowestMilliseconds: Math.max(...times),
    ...(byHand ? { byHandMilliseconds: median(timesByHand) } : {}),
  };
}

function countItems(text: string): number {
  return succeeded(hub.queries.queryTwins(text, { maximumItemCount: LARGEST_PAGE })).items.length;
}

function createFleetHub(): Hub {
  const ports = { clock: createManualClock(Date.now()), ids: createRandomIds(), log: () => undefined };
  return succeeded(createHub({ ...DEFAULT_HUB_OPTIONS, hostNames: ['localhost'] }, ports));
}

function register({ deviceId, tags, properties }: TwinRow): void {
  const request = succeeded(parseDeviceRequest(succeeded(parseDeviceId(deviceId)), {}));
  succeeded(hub.devices.createOrUpdateDevice(request, NO_PRECONDITION, { tags, ...properties }));
}

function succeeded<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

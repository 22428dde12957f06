import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { parseDeviceId } from '../emulator/domain/client-identity.ts';
import { parseDeviceRequest } from '../emulator/domain/identity-request.ts';
import { NO_PRECONDITION } from '../emulator/domain/precondition.ts';
import type { Result } from '../emulator/domain/result.ts';
import { createHub } from '../emulator/hub/create-hub.ts';
import type { Hub } from '../emulator/hub/hub.ts';
import { DEFAULT_HUB_OPTIONS } from '../emulator/hub-defaults.ts';
import { createManualClock } from '../emulator/manual-clock.ts';
import { createRandomIds } from '../emulator/system-ports.ts';

/**
 * What one query took over so many twins, in milliseconds; `itemCount` is the size of its answer.
 * `byHandMilliseconds` is the same condition as a hand-written loop, run by turns: the bound that memory sets.
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

type TwinRow = TwinDocument & { readonly deviceId: string };

type TwinDocument = ReturnType<typeof createDocument>;

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

const RUNS = 9;
// Each answer fits on one page, so that every run looks at every twin.
const LARGEST_PAGE = 1000;

/** Times each query through a hub with so many devices, their twins of about 1.3 KB: a full scan per run, parsing and compiling included. */
export function measureQueries(twinCount: number, runs = RUNS): readonly QueryFigure[] {
  const hub = createFleetHub();
  const rows = Array.from({ length: twinCount }, (_, index) => createRow(index));
  for (const row of rows) register(hub, row);
  return QUERIES.map((query) => measure(hub, query, rows, runs));
}

function measure(
  hub: Hub,
  { title, text, byHand }: BenchQuery,
  rows: readonly TwinRow[],
  runs: number,
): QueryFigure {
  const times: number[] = [];
  const timesByHand: number[] = [];
  // The first run warms the compiler and does not count.
  answer(hub, text);
  for (let run = 0; run < runs; run++) {
    times.push(timeOf(() => answer(hub, text)));
    if (byHand) timesByHand.push(timeOf(() => rows.filter(byHand).length));
  }
  return {
    title,
    twinCount: rows.length,
    itemCount: answer(hub, text),
    medianMilliseconds: medianOf(times),
    fastestMilliseconds: Math.min(...times),
    slowestMilliseconds: Math.max(...times),
    ...(byHand ? { byHandMilliseconds: medianOf(timesByHand) } : {}),
  };
}

function answer(hub: Hub, text: string): number {
  return succeeded(hub.queries.query(text, { maximumItemCount: LARGEST_PAGE })).items.length;
}

function createFleetHub(): Hub {
  const ports = { clock: createManualClock(Date.now()), ids: createRandomIds(), log: () => undefined };
  return succeeded(createHub({ ...DEFAULT_HUB_OPTIONS, hostNames: ['localhost'] }, ports));
}

function register(hub: Hub, { deviceId, tags, properties }: TwinRow): void {
  const request = succeeded(parseDeviceRequest(succeeded(parseDeviceId(deviceId)), {}));
  succeeded(hub.registry.putDevice(request, NO_PRECONDITION, { tags, ...properties }));
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

function medianOf(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[times.length >> 1] ?? Number.NaN;
}

const REGIONS = ['US', 'EU', 'APAC', 'AF'];

function createRow(index: number): TwinRow {
  // Twins reach the hub as JSON text, and objects that are parsed have the shapes that parsing gives.
  const document = JSON.parse(JSON.stringify(createDocument(index))) as TwinDocument;
  return { deviceId: `device-${String(index).padStart(7, '0')}`, ...document };
}

/** A twin's content; the hub adds about as much again in `$metadata`. */
function createDocument(index: number) {
  return {
    tags: {
      site: { region: REGIONS[index % 4] ?? '', plant: `plant-${index % 1000}`, hall: index % 17 },
      floor: index % 40,
      ...(index % 7 === 0 ? { role: 'gateway' } : {}),
    },
    properties: {
      desired: {
        interval: 30 + (index % 5),
        mode: index % 2 === 0 ? 'eco' : 'full',
        limits: { minimum: 4, maximum: 24 + (index % 3) },
      },
      reported: {
        firmware: `1.${index % 9}.0`,
        battery: ((index * 37) % 1000) / 10,
        net: { type: index % 2 === 0 ? 'wifi' : 'cellular', rssi: -50 - (index % 40) },
        ...(index % 11 === 0 ? { fault: true } : {}),
      },
    },
  };
}

function print(figures: readonly QueryFigure[]): void {
  for (const figure of figures) {
    const { medianMilliseconds, byHandMilliseconds, itemCount } = figure;
    const spread = `${figure.fastestMilliseconds.toFixed(1)}–${figure.slowestMilliseconds.toFixed(1)}`;
    const ratio =
      byHandMilliseconds === undefined
        ? ''
        : `, ${(medianMilliseconds / byHandMilliseconds).toFixed(1)} × a hand-written loop`;
    console.log(
      `${figure.twinCount.toLocaleString('en').padStart(9)} twins  ${figure.title.padEnd(17)}` +
        `${medianMilliseconds.toFixed(1).padStart(7)} ms (${spread})${ratio}, ${itemCount} items`,
    );
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  // A million twins need more than the heap that Node allows itself.
  setFlagsFromString('--max-old-space-size=8192');
  print(measureQueries(100_000));
  if (!process.argv.includes('--skip-million')) print(measureQueries(1_000_000));
}

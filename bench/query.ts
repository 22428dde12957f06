import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { QueryCollection, QueryRoot } from '../emulator/query/collection.ts';
import { compileQuery } from '../emulator/query/compile-query.ts';
import { parseQuery } from '../emulator/query/parse-query.ts';

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

type TwinRow = TwinDocument & {
  readonly deviceId: string;
  readonly status: string;
  readonly connectionState: string;
  readonly lastActivityTime: string;
};

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

/** Times each query over generated twins of about 1.3 KB: a full scan per run, parsing and compiling included. */
export function measureQueries(twinCount: number, runs = RUNS): readonly QueryFigure[] {
  const rows = Array.from({ length: twinCount }, (_, index) => createRow(index));
  return QUERIES.map((query) => measure(query, rows, runs));
}

function measure({ title, text, byHand }: BenchQuery, rows: readonly TwinRow[], runs: number): QueryFigure {
  const times: number[] = [];
  const timesByHand: number[] = [];
  // The first run warms the compiler and does not count.
  answer(text, rows);
  for (let run = 0; run < runs; run++) {
    times.push(timeOf(() => answer(text, rows)));
    if (byHand) timesByHand.push(timeOf(() => rows.filter(byHand).length));
  }
  return {
    title,
    twinCount: rows.length,
    itemCount: answer(text, rows),
    medianMilliseconds: medianOf(times),
    fastestMilliseconds: Math.min(...times),
    slowestMilliseconds: Math.max(...times),
    ...(byHand ? { byHandMilliseconds: medianOf(timesByHand) } : {}),
  };
}

function answer(text: string, rows: readonly TwinRow[]): number {
  const query = parseQuery(text);
  if (!query.ok) throw new Error(query.error.message);
  return compileQuery(query.value, TWINS).run(rows).length;
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[times.length >> 1] ?? Number.NaN;
}

const TWINS: QueryCollection<TwinRow> = {
  roots: new Map<string, QueryRoot<TwinRow>>([
    ['deviceid', { name: 'deviceId', read: (row) => row.deviceId }],
    ['status', { name: 'status', read: (row) => row.status }],
    ['connectionstate', { name: 'connectionState', read: (row) => row.connectionState }],
    ['lastactivitytime', { name: 'lastActivityTime', read: (row) => row.lastActivityTime }],
    ['tags', { name: 'tags', read: (row) => row.tags }],
    ['properties', { name: 'properties', read: (row) => row.properties }],
  ]),
  document: (row) => ({ ...row }),
};

const REGIONS = ['US', 'EU', 'APAC', 'AF'];

function createRow(index: number): TwinRow {
  // Twins reach the hub as JSON text, and objects that are parsed have the shapes that parsing gives.
  const document = JSON.parse(JSON.stringify(createDocument(index))) as TwinDocument;
  return {
    deviceId: `device-${String(index).padStart(7, '0')}`,
    status: index % 10 === 0 ? 'disabled' : 'enabled',
    connectionState: index % 3 === 0 ? 'Connected' : 'Disconnected',
    lastActivityTime: '2025-03-01T10:00:00Z',
    ...document,
  };
}

function createDocument(index: number) {
  const stamp = { $lastUpdated: '2025-03-01T10:00:00.1234567Z', $lastUpdatedVersion: 3 };
  const reportedStamp = { $lastUpdated: '2025-03-01T10:00:00.1234567Z' };
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
        $metadata: {
          ...stamp,
          interval: stamp,
          mode: stamp,
          limits: { ...stamp, minimum: stamp, maximum: stamp },
        },
        $version: 3,
      },
      reported: {
        firmware: `1.${index % 9}.0`,
        battery: ((index * 37) % 1000) / 10,
        net: { type: index % 2 === 0 ? 'wifi' : 'cellular', rssi: -50 - (index % 40) },
        ...(index % 11 === 0 ? { fault: true } : {}),
        $metadata: {
          ...reportedStamp,
          firmware: reportedStamp,
          battery: reportedStamp,
          net: { ...reportedStamp, type: reportedStamp, rssi: reportedStamp },
        },
        $version: 6,
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

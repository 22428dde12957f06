import { setTimeout as wait } from 'node:timers/promises';
import type { CallCounter, FunctionCalls } from '../call-counter.ts';
import { builtCommandOf, type Checkout } from '../checkouts.ts';
import {
  type HubAddress,
  prepareMessage,
  prepareMethod,
  preparePatch,
  prepareQuery,
  prepareTelemetry,
  type Trip,
} from '../load/trips.ts';
import type { Report } from '../report/report.ts';
import { startBuiltHub } from '../servers/built-hub.ts';

interface Road {
  readonly title: string;
  prepare(address: HubAddress): Promise<Trip>;
}

const ROADS: readonly Road[] = [
  { title: 'PATCH of a module twin', prepare: preparePatch },
  { title: 'cloud-to-device message', prepare: prepareMessage },
  { title: 'direct method', prepare: prepareMethod },
  { title: 'query by a tag', prepare: prepareQuery },
  { title: 'telemetry', prepare: prepareTelemetry },
];
const DEVICE_IDS = ['d0', 'd1', 'd2'];
const WARM_UP_COUNT = 200;
/** The hub has finished by then what it does after the trip, such as processing a PUBACK. */
const SETTLE_MILLISECONDS = 100;
const MAXIMUM_REQUESTS = 10;

/** The emulator's own functions that one request calls (its road), counted by the coverage of V8. */
export async function measureRoads(
  report: Report,
  checkouts: readonly Checkout[],
  listsFunctions: boolean,
): Promise<void> {
  for (const checkout of checkouts) {
    const { name, dist } = checkout;
    report.heading(`Roads: own functions that one request calls, ${name}`);
    const command = builtCommandOf(checkout);
    if (command === undefined) {
      report.line('NOT MEASURED', `${dist}/emulator/cli.js is not found; run npm run build first`);
      continue;
    }
    for (const road of ROADS) {
      const calls = await callsOf(road, command);
      report.line(road.title, formatRoad(calls));
      if (listsFunctions) for (const [file, text] of formatFiles(calls)) report.line(`  ${file}`, text);
    }
  }
}

// Every road has a hub of its own, because one road must not change the figures of another.
async function callsOf(road: Road, command: string): Promise<readonly FunctionCalls[]> {
  await using hub = await startBuiltHub(command, DEVICE_IDS);
  const trip = await road.prepare(hub.address);
  try {
    for (let count = 0; count < WARM_UP_COUNT; count++) await trip.run();
    return await stableCalls(trip, hub.counter);
  } finally {
    trip.close();
  }
}

// A timer that fires during one of two requests makes their calls differ.
async function stableCalls(trip: Trip, counter: CallCounter): Promise<readonly FunctionCalls[]> {
  let before = await callsOfOne(trip, counter);
  for (let count = 1; count < MAXIMUM_REQUESTS; count++) {
    const calls = await callsOfOne(trip, counter);
    if (JSON.stringify(calls) === JSON.stringify(before)) return calls;
    before = calls;
  }
  throw new Error('No two successive requests called the same functions.');
}

async function callsOfOne(trip: Trip, counter: CallCounter): Promise<readonly FunctionCalls[]> {
  await wait(SETTLE_MILLISECONDS);
  await counter.take();
  await trip.run();
  await wait(SETTLE_MILLISECONDS);
  return counter.take();
}

function formatRoad(calls: readonly FunctionCalls[]): string {
  const files = new Set(calls.map(({ file }) => file));
  return `${files.size} files, ${calls.length} functions, ${totalOf(calls)} calls`;
}

function formatFiles(calls: readonly FunctionCalls[]): readonly (readonly [file: string, text: string])[] {
  const files = new Map<string, FunctionCalls[]>();
  for (const call of calls) files.set(call.file, [...(files.get(call.file) ?? []), call]);
  return [...files]
    .toSorted(([left], [right]) => left.localeCompare(right))
    .map(([file, own]) => [file, own.map(formatCalls).join(', ')]);
}

function formatCalls({ name, line, count }: FunctionCalls): string {
  const times = count === 1 ? '' : ` × ${count}`;
  return `${name === '' ? '(anonymous)' : name}:${line}${times}`;
}

function totalOf(calls: readonly FunctionCalls[]): number {
  return calls.reduce((sum, { count }) => sum + count, 0);
}

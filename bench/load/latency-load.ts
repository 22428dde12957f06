import type { TLSSocket } from 'node:tls';
import { answer, settingsOf } from '../processes.ts';
import { quantile } from '../report/statistics.ts';
import { type HubAddress, prepareMessage, prepareMethod, preparePatch, type Trip } from './trips.ts';
import { requestMaker } from './wire/http-wire.ts';
import { openTls } from './wire/tls-socket.ts';

export interface LatencyLoad {
  readonly operation: 'patch' | 'method' | 'message';
  /** Hubs by the names of the contestants. */
  readonly hubs: Readonly<Record<string, HubAddress>>;
  readonly echoPort: number;
  readonly warmUpCount: number;
  readonly rounds: number;
  readonly countPerRound: number;
}

/** Milliseconds. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** What every hub and the echo took, measured in turns in the same process. */
export interface LatencyFigures {
  readonly hubs: Readonly<Record<string, Quantiles>>;
  readonly echo: Quantiles;
}

const PREPARE_TRIP = { patch: preparePatch, method: prepareMethod, message: prepareMessage } as const;
const ECHO = 'echo';

// A back end sends a request over HTTPS and a client gets it over MQTT, one request after the other.
const load = settingsOf<LatencyLoad>();
const trips = new Map<string, Trip>([
  [ECHO, await prepareEcho(load.operation === 'method' ? 'there and back' : 'there')],
]);
for (const [name, address] of Object.entries(load.hubs))
  trips.set(name, await PREPARE_TRIP[load.operation](address));

for (const trip of trips.values()) await take(trip, load.warmUpCount);
const times = new Map<string, number[]>();
for (let round = 0; round < load.rounds; round++)
  for (const [name, trip] of trips)
    times.set(name, [...(times.get(name) ?? []), ...(await take(trip, load.countPerRound))]);
answer({
  hubs: Object.fromEntries(Object.keys(load.hubs).map((name) => [name, quantilesOf(name)])),
  echo: quantilesOf(ECHO),
} satisfies LatencyFigures);

// As many bytes as a small request, through a server that only passes them on.
async function prepareEcho(way: 'there' | 'there and back'): Promise<Trip> {
  const request = requestMaker({ hostName: 'bench.iothub.test', key: '' });
  const bytes = request('PATCH', '/twins/d0/modules/m0', '{"properties":{"desired":{"interval":0}}}');
  const near = await openTls(load.echoPort);
  const far = await openTls(load.echoPort);
  const run = async () => {
    const arrival = untilBytes(far, bytes.length);
    const back = way === 'there' ? undefined : untilBytes(near, bytes.length);
    const start = performance.now();
    near.write(bytes);
    const there = await arrival;
    if (back === undefined) return there - start;
    far.write(bytes);
    return (await back) - start;
  };
  return { run, close: () => [near, far].map((socket) => socket.destroy()) };
}

async function take(trip: Trip, count: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) taken.push(await trip.run());
  return taken;
}

/** Resolves with the time at which `count` bytes have arrived. */
function untilBytes(socket: TLSSocket, count: number): Promise<number> {
  return new Promise((resolve) => {
    let received = 0;
    const listen = (chunk: Buffer) => {
      received += chunk.length;
      if (received < count) return;
      socket.off('data', listen);
      resolve(performance.now());
    };
    socket.on('data', listen);
  });
}

function quantilesOf(name: string): Quantiles {
  const taken = times.get(name) ?? [];
  return { p50: quantile(taken, 0.5), p99: quantile(taken, 0.99) };
}

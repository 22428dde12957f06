import type { TLSSocket } from 'node:tls';
import { answer, settingsOf } from '../processes.ts';
import { quantile } from '../statistics.ts';
import { parsePublish, publishFrame } from './frames.ts';
import { expectSuccess, openHttp, requestMaker } from './http-wire.ts';
import { credentialsOf, type HubAccess } from './hub-access.ts';
import { type MqttWire, openMqtt } from './mqtt-wire.ts';
import { openTls } from './tls-socket.ts';

export interface LatencyLoad {
  readonly operation: 'patch' | 'method' | 'message';
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly echoPort: number;
  readonly hub: HubAccess;
  readonly warmUpCount: number;
  readonly rounds: number;
  readonly countPerRound: number;
}

/** Milliseconds of one and the other, measured by turns in the same process. */
export interface LatencyFigures {
  readonly hub: { readonly p50: number; readonly p99: number };
  readonly echo: { readonly p50: number; readonly p99: number };
}

/** Does it once and gives the milliseconds from the first byte of the request to the arrival. */
type Trip = () => Promise<number>;

// A back end that does something over HTTPS, and a client that hears of it over MQTT, one after the other.
const load = settingsOf<LatencyLoad>();
const request = requestMaker(load.hub);
const service = await openHttp(load.httpsPort);
const trips: Readonly<Record<LatencyLoad['operation'], () => Promise<Trip>>> = {
  patch: preparePatch,
  method: prepareMethod,
  message: prepareMessage,
};
const hubTrip = await trips[load.operation]();
const echoTrip = await prepareEcho(load.operation === 'method' ? 'there and back' : 'there');

await take(hubTrip, load.warmUpCount);
await take(echoTrip, load.warmUpCount);
const hub: number[] = [];
const echo: number[] = [];
for (let round = 0; round < load.rounds; round++) {
  echo.push(...(await take(echoTrip, load.countPerRound)));
  hub.push(...(await take(hubTrip, load.countPerRound)));
}
answer({ hub: quantiles(hub), echo: quantiles(echo) } satisfies LatencyFigures);

async function preparePatch(): Promise<Trip> {
  const path = '/devices/d0/modules/m0';
  await expectSuccess(
    service,
    request('PUT', path, JSON.stringify({ deviceId: 'd0', moduleId: 'm0', authentication: { type: 'sas' } })),
  );
  const module = await openMqtt(load.mqttPort, 'd0/m0', credentialsOf('d0/m0', load.hub));
  await module.subscribe('$iothub/twin/PATCH/properties/desired/#', 0);
  let count = 0;
  return async () => {
    const body = JSON.stringify({ properties: { desired: { interval: count++, mode: 'eco' } } });
    const patch = request('PATCH', '/twins/d0/modules/m0', body);
    const arrival = nextFrame(module, () => performance.now());
    const start = performance.now();
    await expectSuccess(service, patch);
    return (await arrival) - start;
  };
}

async function prepareMethod(): Promise<Trip> {
  const device = await openMqtt(load.mqttPort, 'd1', credentialsOf('d1', load.hub));
  await device.subscribe('$iothub/methods/POST/#', 0);
  device.listen((frame) => device.write(answerOf(parsePublish(frame).topic)));
  const call = JSON.stringify({ methodName: 'reboot', payload: { delay: 5 }, responseTimeoutInSeconds: 30 });
  const invoke = request('POST', '/twins/d1/methods', call);
  return async () => {
    const start = performance.now();
    await expectSuccess(service, invoke);
    return performance.now() - start;
  };
}

async function prepareMessage(): Promise<Trip> {
  const device = await openMqtt(load.mqttPort, 'd2', credentialsOf('d2', load.hub));
  await device.subscribe('devices/d2/messages/devicebound/#', 1);
  const send = request('POST', '/devices/d2/messages/devicebound', JSON.stringify({ text: 'x'.repeat(240) }));
  return async () => {
    const arrival = nextFrame(device, (frame) => {
      const now = performance.now();
      const { packetId = 0 } = parsePublish(frame);
      device.write(Buffer.from([0x40, 2, packetId >> 8, packetId & 0xff]));
      return now;
    });
    const start = performance.now();
    await expectSuccess(service, send);
    return (await arrival) - start;
  };
}

// As many bytes as a small request, through a server that does nothing but pass them on.
async function prepareEcho(way: 'there' | 'there and back'): Promise<Trip> {
  const bytes = request('PATCH', '/twins/d0/modules/m0', '{"properties":{"desired":{"interval":0}}}');
  const near = await openTls(load.echoPort);
  const far = await openTls(load.echoPort);
  return async () => {
    const arrival = untilBytes(far, bytes.length);
    const back = way === 'there' ? undefined : untilBytes(near, bytes.length);
    const start = performance.now();
    near.write(bytes);
    const there = await arrival;
    if (back === undefined) return there - start;
    far.write(bytes);
    return (await back) - start;
  };
}

async function take(trip: Trip, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) times.push(await trip());
  return times;
}

function nextFrame<T>(wire: MqttWire, read: (frame: Buffer) => T): Promise<T> {
  return new Promise((resolve) => wire.listen((frame) => resolve(read(frame))));
}

/** Resolves with the time at which so many bytes have arrived. */
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

function answerOf(topic: string): Buffer {
  const requestId = topic.slice(topic.indexOf('$rid=') + '$rid='.length);
  return publishFrame(`$iothub/methods/res/200/?$rid=${requestId}`, Buffer.from('{"done":true}'));
}

function quantiles(times: readonly number[]) {
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

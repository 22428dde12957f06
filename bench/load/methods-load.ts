import { answer, settingsOf } from '../processes.ts';
import { quantile } from '../report/statistics.ts';
import { measureWindow, type WindowFigures, type WindowSettings } from './measured-window.ts';
import { parsePublish, publishFrame } from './wire/frames.ts';
import { expectSuccess, type HttpWire, openHttp, requestMaker } from './wire/http-wire.ts';
import { credentialsOf, type HubAccess } from './wire/hub-access.ts';
import { openMqtt } from './wire/mqtt-wire.ts';

export interface MethodsLoad extends WindowSettings {
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly hub: HubAccess;
  readonly devices: number;
  readonly inFlightPerDevice: number;
}

export interface MethodsFigures extends WindowFigures {
  /** Milliseconds of a round trip. */
  readonly p50: number;
  readonly p99: number;
}

// Many direct methods in flight, each on an HTTPS connection of its own, answered by many devices over MQTT.
const load = settingsOf<MethodsLoad>();
const request = requestMaker(load.hub);
const call = JSON.stringify({ methodName: 'reboot', payload: { delay: 5 }, responseTimeoutInSeconds: 30 });
const times: number[] = [];

const deviceIds = Array.from({ length: load.devices }, (_, index) => `d${index}`);
await Promise.all(deviceIds.map(answerMethods));
const lanes = deviceIds.flatMap((deviceId) => Array<string>(load.inFlightPerDevice).fill(deviceId));
const wires = await Promise.all(lanes.map(() => openHttp(load.httpsPort)));
let isOver = false;
const ended = wires.map((wire, index) => invokeUntilOver(wire, lanes[index] ?? ''));
const marks: number[] = [];
const figures = await measureWindow(load, () => {
  marks.push(times.length);
  return times.length;
});
// A method without an answer stays in flight at the hub, which limits their number per device.
isOver = true;
await Promise.all(ended);
const counted = times.slice(...marks);
answer({ ...figures, p50: quantile(counted, 0.5), p99: quantile(counted, 0.99) } satisfies MethodsFigures);

async function answerMethods(deviceId: string): Promise<void> {
  const device = await openMqtt(load.mqttPort, deviceId, credentialsOf(deviceId, load.hub));
  await device.subscribe('$iothub/methods/POST/#', 0);
  device.listen((frame) => {
    const requestId = parsePublish(frame).topic.split('$rid=')[1] ?? '';
    device.write(publishFrame(`$iothub/methods/res/200/?$rid=${requestId}`, Buffer.from('{"done":true}')));
  });
}

async function invokeUntilOver(wire: HttpWire, deviceId: string): Promise<void> {
  const invoke = request('POST', `/twins/${deviceId}/methods`, call);
  while (!isOver) {
    const start = performance.now();
    await expectSuccess(wire, invoke);
    times.push(performance.now() - start);
  }
}

import { parsePublish, publishFrame } from './wire/frames.ts';
import { expectSuccess, openHttp, requestMaker } from './wire/http-wire.ts';
import { credentialsOf, type HubAccess } from './wire/hub-access.ts';
import { type MqttWire, openMqtt } from './wire/mqtt-wire.ts';

/** The ports of a hub on loopback, and its key. */
export interface HubAddress {
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly hub: HubAccess;
}

/** One request that can be made again and again, over connections that stay open. */
export interface Trip {
  /** Makes the request and returns the milliseconds from its first byte to the end of the trip. */
  run(): Promise<number>;
  close(): void;
}

/** Prepares a service PATCH of a module twin of d0. The trip ends with the PUBLISH at the module. */
export async function preparePatch(address: HubAddress): Promise<Trip> {
  const request = requestMaker(address.hub);
  const service = await openHttp(address.httpsPort);
  const path = '/devices/d0/modules/m0';
  await expectSuccess(
    service,
    request('PUT', path, JSON.stringify({ deviceId: 'd0', moduleId: 'm0', authentication: { type: 'sas' } })),
  );
  const module = await openMqtt(address.mqttPort, 'd0/m0', credentialsOf('d0/m0', address.hub));
  await module.subscribe('$iothub/twin/PATCH/properties/desired/#', 0);
  let count = 0;
  const run = async () => {
    const body = JSON.stringify({ properties: { desired: { interval: count++, mode: 'eco' } } });
    const patch = request('PATCH', '/twins/d0/modules/m0', body);
    const arrival = nextFrame(module, () => performance.now());
    const start = performance.now();
    await expectSuccess(service, patch);
    return (await arrival) - start;
  };
  return { run, close: () => closeAll(service, module) };
}

/** Prepares a direct method that the device d1 answers over MQTT. The trip ends with the HTTPS answer. */
export async function prepareMethod(address: HubAddress): Promise<Trip> {
  const service = await openHttp(address.httpsPort);
  const device = await openMqtt(address.mqttPort, 'd1', credentialsOf('d1', address.hub));
  await device.subscribe('$iothub/methods/POST/#', 0);
  device.listen((frame) => device.write(methodAnswer(parsePublish(frame).topic)));
  const call = JSON.stringify({ methodName: 'reboot', payload: { delay: 5 }, responseTimeoutInSeconds: 30 });
  const invoke = requestMaker(address.hub)('POST', '/twins/d1/methods', call);
  const run = async () => {
    const start = performance.now();
    await expectSuccess(service, invoke);
    return performance.now() - start;
  };
  return { run, close: () => closeAll(service, device) };
}

/** Prepares a cloud-to-device message. The trip ends with the PUBLISH (QoS 1) at the device d2. */
export async function prepareMessage(address: HubAddress): Promise<Trip> {
  const service = await openHttp(address.httpsPort);
  const device = await openMqtt(address.mqttPort, 'd2', credentialsOf('d2', address.hub));
  await device.subscribe('devices/d2/messages/devicebound/#', 1);
  const body = JSON.stringify({ text: 'x'.repeat(240) });
  const send = requestMaker(address.hub)('POST', '/devices/d2/messages/devicebound', body);
  const run = async () => {
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
  return { run, close: () => closeAll(service, device) };
}

/** Prepares a query that only the device d0 matches. The trip ends with the HTTPS answer. */
export async function prepareQuery(address: HubAddress): Promise<Trip> {
  const request = requestMaker(address.hub);
  const service = await openHttp(address.httpsPort);
  await expectSuccess(service, request('PATCH', '/twins/d0', JSON.stringify({ tags: { x: 'y' } })));
  const text = "SELECT * FROM devices WHERE tags.x = 'y'";
  const query = request('POST', '/devices/query', JSON.stringify({ query: text }));
  const run = async () => {
    const start = performance.now();
    const { body } = await expectSuccess(service, query);
    if (JSON.parse(body.toString()).length !== 1) throw new Error(`Expected one twin, got ${body}.`);
    return performance.now() - start;
  };
  return { run, close: () => closeAll(service) };
}

/** Prepares telemetry (QoS 1, 256 bytes) of the device d0. The trip ends with the PUBACK. */
export async function prepareTelemetry(address: HubAddress): Promise<Trip> {
  const device = await openMqtt(address.mqttPort, 'd0', credentialsOf('d0', address.hub));
  const message = publishFrame('devices/d0/messages/events/', Buffer.alloc(256, 0x78), 1);
  const run = async () => {
    const arrival = nextFrame(device, () => performance.now());
    const start = performance.now();
    device.write(message);
    return (await arrival) - start;
  };
  return { run, close: () => closeAll(device) };
}

/** Resolves with what `read` returns for the next packet. */
function nextFrame<T>(wire: MqttWire, read: (frame: Buffer) => T): Promise<T> {
  return new Promise((resolve) => wire.listen((frame) => resolve(read(frame))));
}

function closeAll(...wires: readonly { close(): void }[]): void {
  for (const wire of wires) wire.close();
}

function methodAnswer(topic: string): Buffer {
  const requestId = topic.slice(topic.indexOf('$rid=') + '$rid='.length);
  return publishFrame(`$iothub/methods/res/200/?$rid=${requestId}`, Buffer.from('{"done":true}'));
}

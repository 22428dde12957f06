import type { TLSSocket } from 'node:tls';
import { answer, settingsOf } from '../processes.ts';
import { measureWindow, type WindowSettings } from './measured-window.ts';
import { publishRing } from './wire/frames.ts';
import { credentialsOf, type HubAccess } from './wire/hub-access.ts';
import { connectMqtt } from './wire/mqtt-wire.ts';

export interface TelemetryLoad extends WindowSettings {
  readonly mqttPort: number;
  readonly connections: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  readonly bodyBytes: number;
  /** Different property bags per connection, sent in turn; 0 is the same empty one in every message. */
  readonly bagCount: number;
  readonly hub?: HubAccess;
}

// Devices that send telemetry at QoS 1 as fast as it is acknowledged.
const load = settingsOf<TelemetryLoad>();
const PUBACK_BYTES = 4;
let acknowledged = 0;

const deviceIds = Array.from({ length: load.connections }, (_, index) => `d${index}`);
const devices = await Promise.all(
  deviceIds.map(async (deviceId) => {
    const credentials = load.hub && credentialsOf(deviceId, load.hub);
    return { deviceId, socket: await connectMqtt(load.mqttPort, deviceId, credentials) };
  }),
);
for (const { deviceId, socket } of devices) publish(socket, deviceId);
answer(await measureWindow(load, () => acknowledged));

function publish(socket: TLSSocket, deviceId: string): void {
  const { bytes, frameBytes, frameCount } = publishRing(topicsOf(deviceId), load.bodyBytes, load.window);
  let next = 0;
  let rest = 0;
  const send = (count: number) => {
    socket.write(bytes.subarray(next * frameBytes, (next + count) * frameBytes));
    next = (next + count) % frameCount;
  };
  socket.on('data', (chunk) => {
    const received = rest + chunk.length;
    const count = Math.floor(received / PUBACK_BYTES);
    rest = received % PUBACK_BYTES;
    acknowledged += count;
    if (count > 0) send(count);
  });
  send(load.window);
}

function topicsOf(deviceId: string): readonly string[] {
  const topic = `devices/${deviceId}/messages/events/`;
  if (load.bagCount === 0) return Array<string>(load.window).fill(topic);
  const count = Math.ceil(load.bagCount / load.window) * load.window;
  return Array.from({ length: count }, (_, index) => `${topic}counter=${String(index).padStart(6, '0')}`);
}

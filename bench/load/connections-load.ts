import { answer, settingsOf } from '../processes.ts';
import { measureWindow, type WindowSettings } from './measured-window.ts';
import { credentialsOf, type HubAccess } from './wire/hub-access.ts';
import { connectMqtt } from './wire/mqtt-wire.ts';

export interface ConnectionsLoad extends WindowSettings {
  readonly mqttPort: number;
  /** How many connections are opened at a time. */
  readonly concurrency: number;
  readonly deviceCount: number;
  /** Every server gets the same credentials, also those that ignore them. */
  readonly hub: HubAccess;
}

// Devices that connect (TCP, TLS 1.3, CONNECT with a SAS token, CONNACK) and disconnect.
const load = settingsOf<ConnectionsLoad>();
const devices = Array.from({ length: load.deviceCount }, (_, index) => {
  const deviceId = `d${index}`;
  return { deviceId, credentials: credentialsOf(deviceId, load.hub) };
});
let next = 0;
let connected = 0;

for (let lane = 0; lane < load.concurrency; lane++) void connectAgainAndAgain();
answer(await measureWindow(load, () => connected));

async function connectAgainAndAgain(): Promise<never> {
  for (;;) {
    const device = devices[next++ % devices.length];
    if (device === undefined) throw new Error('There is no device.');
    const socket = await connectMqtt(load.mqttPort, device.deviceId, device.credentials);
    connected += 1;
    socket.destroy();
  }
}

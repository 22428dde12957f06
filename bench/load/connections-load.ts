import { answer, settingsOf } from '../processes.ts';
import { credentialsOf, type HubAccess } from './hub-access.ts';
import { measureWindow, type WindowSettings } from './measured-window.ts';
import { greet } from './mqtt-wire.ts';

export interface ConnectionsLoad extends WindowSettings {
  readonly mqttPort: number;
  /** How many connections are being made at a time. */
  readonly concurrency: number;
  readonly deviceCount: number;
  /** Every server is shown the same credentials; not every one looks at them. */
  readonly hub: HubAccess;
}

// Devices that connect (TCP, TLS 1.3, CONNECT with a SAS token, CONNACK) and go away again.
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
    const socket = await greet(load.mqttPort, device.deviceId, device.credentials);
    connected += 1;
    socket.destroy();
  }
}

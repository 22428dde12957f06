import { announce, settingsOf } from '../processes.ts';
import { credentialsOf, type HubAccess } from './wire/hub-access.ts';
import { connectMqtt } from './wire/mqtt-wire.ts';

export interface IdleLoad {
  readonly mqttPort: number;
  readonly connections: number;
  readonly hub: HubAccess;
}

const CONCURRENCY = 32;

// Devices that stay connected and send nothing.
const { mqttPort, connections, hub } = settingsOf<IdleLoad>();
let next = 0;
await Promise.all(Array.from({ length: CONCURRENCY }, connectInTurn));
announce({ connections });

async function connectInTurn(): Promise<void> {
  while (next < connections) {
    const deviceId = `d${next++}`;
    const socket = await connectMqtt(mqttPort, deviceId, credentialsOf(deviceId, hub));
    socket.once('close', () => {
      throw new Error(`The server closed the connection of ${deviceId}.`);
    });
  }
}

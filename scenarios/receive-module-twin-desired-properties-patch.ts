// Connects as a module over MQTT and waits for the next patch of its desired properties.
import iotDevice, { type Client, type ModuleClient, type Twin } from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub from 'azure-iothub';
import { createOrGetDevice, createOrGetModule, moduleConnectionString } from './create-module.ts';
import { DEVICE_ID, MODULE_ID, runAlone, serviceConnectionString, show } from './program.ts';

/** A patch of the desired properties as a client receives it, with the new version. */
export type DesiredPatch = Record<string, unknown> & { $version: number };

/** A client that is connected and subscribed. */
export interface Receiver {
  /** Resolves with the first patch that arrives after the connection was made. */
  readonly nextPatch: Promise<DesiredPatch>;
  close(): Promise<void>;
}

/** Connects a device or module client. After it has resolved, the client misses no patch. */
export async function receivePatch(client: Client | ModuleClient): Promise<Receiver> {
  await client.open();
  const twin = await client.getTwin();
  const nextPatch = listenForPatch(twin);
  // The hub handles the requests of a connection in order. When it answers this one, the client is subscribed.
  await twin.get();
  return {
    nextPatch,
    close: async () => {
      await client.close();
    },
  };
}

// The SDK calls the listener first with all desired properties, then with each patch.
function listenForPatch(twin: Twin): Promise<DesiredPatch> {
  const known: number = twin.properties.desired.$version;
  return new Promise((resolve, reject) => {
    twin.on('error', reject);
    twin.on('properties.desired', (desired: DesiredPatch) => {
      if (desired.$version > known) resolve(desired);
    });
  });
}

/** Creates a module client over MQTT that authenticates with its symmetric key. */
export function moduleClient(connectionString: string): ModuleClient {
  return iotDevice.ModuleClient.fromConnectionString(connectionString, iotDeviceMqtt.Mqtt);
}

async function provisionModule(): Promise<string> {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  const module = await createOrGetModule(registry, { deviceId: DEVICE_ID, moduleId: MODULE_ID });
  return moduleConnectionString(connectionString, module);
}

runAlone(import.meta.url, async () => {
  const connectionString = process.env['IOTHUB_MODULE_CONNECTION_STRING'] ?? (await provisionModule());
  const receiver = await receivePatch(moduleClient(connectionString));
  console.log('Connected. Waiting for a patch of the desired properties…');
  show('The patch as received', await receiver.nextPatch);
  await receiver.close();
});

import { Client, ModuleClient } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import { createSystemClock } from '../../emulator/clocks/system-clock.ts';
import type { ClientIdentity } from '../../emulator/domain/identities/client-identity.ts';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import type { HubOptions } from '../../emulator/hub/hub-options.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';
import { HUB_NAME, type LogLine, register } from './mqtt-hub.ts';

export interface SdkHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly emulator: Emulator;
  readonly logLines: readonly LogLine[];
  /** Registers a device or module. Returns its connection string, with the address as gateway or as host name. */
  register(clientId: string, by?: 'gateway' | 'name'): string;
  device(connectionString: string): Promise<Client>;
  /** Returns a token with the address as host name that is valid for `seconds`. */
  tokenOf(deviceId: string, seconds: number): string;
  deviceWithToken(deviceId: string, seconds: number): Promise<Client>;
  module(connectionString: string): Promise<ModuleClient>;
}

/** Starts an emulator with TLS for the device SDK. */
export async function startSdkHub(options: Partial<HubOptions> = {}): Promise<SdkHub> {
  const logLines: LogLine[] = [];
  const emulator = await startEmulator({
    host: '127.0.0.1',
    httpsPort: 0,
    mqttPort: 0,
    hub: { ...DEFAULT_HUB_OPTIONS, hostNames: [HUB_NAME], ...options },
    clock: createSystemClock(),
    ids: createRandomIds(),
    log: (level, event, fields) => logLines.push({ level, event, fields }),
  });
  const { hub, mqttPort, authorityPem } = emulator;
  const clients: { close(): Promise<unknown> }[] = [];
  const tokenOf = (deviceId: string, seconds: number) =>
    formatSasToken({
      resource: `localhost:${mqttPort}/devices/${deviceId}`,
      key: DEFAULT_KEY,
      expirySeconds: Math.floor(Date.now() / 1000) + seconds,
      policyName: 'device',
    });
  return {
    hub,
    emulator,
    logLines,
    register: (clientId, by = 'gateway') => {
      const identity = register(hub, clientId);
      const { deviceId, moduleId } = identity;
      const key = keyOf(hub, identity);
      const host =
        by === 'gateway'
          ? `HostName=${HUB_NAME};GatewayHostName=localhost:${mqttPort}`
          : `HostName=localhost:${mqttPort}`;
      const module = moduleId === undefined ? '' : `;ModuleId=${moduleId}`;
      return `${host};DeviceId=${deviceId}${module};SharedAccessKey=${key}`;
    },
    device: async (connectionString) => {
      const client = Client.fromConnectionString(connectionString, Mqtt);
      clients.push(client);
      await client.setOptions({ ca: authorityPem });
      return client;
    },
    tokenOf,
    deviceWithToken: async (deviceId, seconds) => {
      const client = Client.fromSharedAccessSignature(tokenOf(deviceId, seconds), Mqtt);
      clients.push(client);
      await client.setOptions({ ca: authorityPem });
      return client;
    },
    module: async (connectionString) => {
      const client = ModuleClient.fromConnectionString(connectionString, Mqtt);
      clients.push(client);
      await client.setOptions({ ca: authorityPem });
      return client;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) await client.close().catch(() => undefined);
      await emulator[Symbol.asyncDispose]();
    },
  };
}

function keyOf(hub: Hub, identity: ClientIdentity): string {
  const view =
    identity.moduleId === undefined
      ? hub.devices.getDevice(identity.deviceId)
      : hub.modules.getModule(identity);
  if (!view.ok) throw new Error(view.error.message);
  return view.value.identity.authentication.symmetricKey.primaryKey ?? '';
}

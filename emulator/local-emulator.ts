import type { Authority } from './certificates/authority.ts';
import type { ClientIdentity } from './domain/client-identity.ts';
import { formatClientIdentity } from './domain/client-identity.ts';
import { formatClientConnectionString, formatServiceConnectionString } from './domain/connection-string.ts';
import { parseDeviceRequest, parseModuleRequest } from './domain/identity-request.ts';
import { NO_PRECONDITION } from './domain/precondition.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import type { Log } from './hub/ports.ts';
import { DEFAULT_HUB_OPTIONS, keysOf } from './hub-defaults.ts';
import type { Options } from './options.ts';
import { createRandomIds, createSystemClock } from './system-ports.ts';

/** Every connection string of a hub, by the name of its policy or the id of its client. */
export interface ConnectionStrings {
  readonly policies: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, string>>;
}

/** Starts an emulator as the options say, with their devices and modules registered. */
export async function startLocalEmulator(
  options: Options,
  log: Log,
  authority: Authority | undefined,
): Promise<Emulator> {
  const emulator = await startEmulator({
    host: options.host,
    httpsPort: options.httpsPort,
    mqttPort: options.mqttPort,
    hub: {
      ...DEFAULT_HUB_OPTIONS,
      hostNames: options.hostNames,
      policies: options.policies,
      trustedAuthorities: options.trustedAuthorities,
      tokenGraceSeconds: options.tokenGraceSeconds,
      partitionCount: options.partitionCount,
      eventRetentionBytes: options.eventRetentionBytes,
      eventSources: options.eventSources,
    },
    ...(authority === undefined ? {} : { authority }),
    clock: createSystemClock(),
    ids: createRandomIds(),
    log,
  });
  for (const client of options.clients) register(emulator, client);
  return emulator;
}

/** The connection strings of the policies and of the clients that were registered at the start. */
export function connectionStringsOf(options: Options): ConnectionStrings {
  const hostName = options.hostNames[0] ?? '';
  const stringsOf = (clients: readonly ClientIdentity[]) =>
    Object.fromEntries(
      clients.map((client) => {
        const id = formatClientIdentity(client);
        return [id, formatClientConnectionString(hostName, client, keysOf(id).primaryKey)];
      }),
    );
  return {
    policies: Object.fromEntries(
      options.policies.map(({ name, primaryKey }) => [
        name,
        formatServiceConnectionString(hostName, name, primaryKey),
      ]),
    ),
    devices: stringsOf(options.clients.filter(({ moduleId }) => moduleId === undefined)),
    modules: stringsOf(options.clients.filter(({ moduleId }) => moduleId !== undefined)),
  };
}

function register({ hub }: Emulator, { deviceId, moduleId }: ClientIdentity): void {
  const symmetricKeyOf = (id: string) => ({
    authentication: { type: 'sas', symmetricKey: { ...keysOf(id) } },
  });
  const device = parseDeviceRequest(deviceId, symmetricKeyOf(deviceId));
  // Named twice, or the device of several modules: it is there already.
  if (device.ok) hub.registry.putDevice(device.value, NO_PRECONDITION);
  if (moduleId === undefined) return;
  const module = parseModuleRequest(deviceId, moduleId, symmetricKeyOf(`${deviceId}/${moduleId}`));
  if (module.ok) hub.registry.putModule(module.value, NO_PRECONDITION);
}

import type { Authority } from '../certificates/authority.ts';
import { type ClientIdentity, formatClientIdentity } from '../domain/identities/client-identity.ts';
import {
  formatClientConnectionString,
  formatServiceConnectionString,
} from '../domain/identities/connection-string.ts';
import { parseDeviceRequest, parseModuleRequest } from '../domain/identities/identity-request.ts';
import { NO_PRECONDITION } from '../domain/precondition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Emulator, startEmulator } from '../emulator.ts';
import { keysOf } from '../emulator-options.ts';
import { mapPorts, portKeyOf } from '../endpoints.ts';
import type { Hub } from '../hub/hub.ts';
import type { Log } from '../hub/ports.ts';
import { prepareEngine } from './engine.ts';
import type { Options } from './options/options.ts';

/** The connection strings of a hub. The keys are the names of policies and the ids of clients. */
export interface ConnectionStrings {
  readonly policies: Readonly<Record<string, string>>;
  readonly devices: Readonly<Record<string, string>>;
  readonly modules: Readonly<Record<string, string>>;
}

/** Starts an emulator with the options. Fails if one of their devices and modules cannot be registered. */
export async function startLocalEmulator(
  options: Options,
  log: Log,
  authorities: { readonly own?: Authority; readonly trusted?: readonly string[] },
): Promise<Result<Emulator>> {
  prepareEngine();
  const emulator = await startEmulator({
    host: options.host,
    ...mapPorts(({ name }) => options[portKeyOf(name)]),
    hub: {
      hostNames: options.hostNames,
      policies: options.policies,
      trustedAuthorities: [...options.trustedAuthorities, ...(authorities.trusted ?? [])],
      tokenGraceSeconds: options.tokenGraceSeconds,
      partitionCount: options.partitionCount,
      eventRetentionMilliseconds: options.eventRetentionMilliseconds,
      eventRetentionBytes: options.eventRetentionBytes,
      eventSources: options.eventSources,
    },
    ...(authorities.own === undefined ? {} : { authority: authorities.own }),
    requestsBrowserCertificates: options.requestsBrowserCertificates,
    log,
  });
  const registered = registerClients(emulator.hub, options.clients);
  if (!registered.ok) {
    await emulator[Symbol.asyncDispose]();
    return registered;
  }
  for (const variable of options.unknownVariables) log('warn', 'variable-unknown', { variable });
  return ok(emulator);
}

/** Logs that the hub has no RSA certificate. All clients but those without ECDSA can connect. */
export function logMissingRsa(log: Log, error: unknown): void {
  log('warn', 'rsa-certificate-missing', { message: error instanceof Error ? error.message : String(error) });
}

/** Returns the connection strings of the policies and of the clients that are registered at the start. */
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

function registerClients(hub: Hub, clients: readonly ClientIdentity[]): Result<void> {
  for (const client of clients) {
    const registered = register(hub, client);
    if (registered.ok) continue;
    const id = formatClientIdentity(client);
    return failed(registered.error.name, `Client '${id}' cannot be registered: ${registered.error.message}`);
  }
  return ok(undefined);
}

function register(hub: Hub, { deviceId, moduleId }: ClientIdentity): Result<unknown> {
  const device = parseDeviceRequest(deviceId, symmetricKeyOf(deviceId));
  if (!device.ok) return device;
  const parent = ignoreExisting(hub.devices.createOrUpdateDevice(device.value, NO_PRECONDITION));
  if (!parent.ok || moduleId === undefined) return parent;
  const module = parseModuleRequest(
    deviceId,
    moduleId,
    symmetricKeyOf(formatClientIdentity({ deviceId, moduleId })),
  );
  return module.ok ? ignoreExisting(hub.modules.createOrUpdateModule(module.value, NO_PRECONDITION)) : module;
}

// A client can be named twice, and several modules can have the same device.
function ignoreExisting(result: Result<unknown>): Result<unknown> {
  if (result.ok) return result;
  const { name } = result.error;
  return name === 'DeviceAlreadyExists' || name === 'ModuleAlreadyExistsOnDevice' ? ok(undefined) : result;
}

function symmetricKeyOf(id: string) {
  return { authentication: { type: 'sas', symmetricKey: { ...keysOf(id) } } };
}

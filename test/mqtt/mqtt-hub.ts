import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createManualClock, type ManualClock } from '../../emulator/clocks/manual-clock.ts';
import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import {
  type ClientIdentity,
  parseClientIdentity,
} from '../../emulator/domain/identities/client-identity.ts';
import { parseDeviceRequest, parseModuleRequest } from '../../emulator/domain/identities/identity-request.ts';
import type { JsonObject, JsonValue } from '../../emulator/domain/json.ts';
import type { DeviceEvent } from '../../emulator/domain/messages/message.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import type { ClientConnection } from '../../emulator/hub/client-connection.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import { createHubOf } from '../../emulator/hub/hub-of.ts';
import type { HubOptions } from '../../emulator/hub/hub-options.ts';
import type { Journal, Log, LogFields } from '../../emulator/hub/ports.ts';
import { MQTT_EVENT_FORMATS } from '../../emulator/mqtt/hub/events/telemetry.ts';
import { createMqttDoor, type MqttDoor } from '../../emulator/mqtt/hub/mqtt-door.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';
import { connectRaw, type RawClient, type RawConnectOptions } from './raw-client.ts';
import { waitUntil } from './wait-until.ts';

export const HUB_NAME = 'myhub.azure-devices.net';

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

/** A hub with a manual clock, its MQTT door on a loopback socket without TLS, and raw clients. */
export interface MqttHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly clock: ManualClock;
  readonly door: MqttDoor;
  readonly port: number;
  /** The number of open sockets, with CONNECT or without. */
  readonly connectionCount: number;
  readonly logLines: LogLine[];
  /** The link of the hub to each client that connected, by client id. */
  readonly links: ReadonlyMap<string, ClientConnection>;
  /** The completed and rejected lock tokens, as `complete TOKEN` or `reject TOKEN`. */
  readonly settled: string[];
  /** Registers a device, or a module (`device/module`) and its device. */
  register(clientId: string): ClientIdentity;
  /** Connects a client. Rejects if CONNACK refuses it. */
  connect(clientId: string, options?: RawConnectOptions): Promise<RawClient>;
  /** Closes the door, with every connection, and opens another one over the same hub. */
  reopenDoor(): Promise<void>;
  /** Opens a socket without CONNECT. */
  open(): Promise<RawClient>;
  passwordOf(clientId: string): string;
  /** Resolves with the first `count` events. */
  events(count: number): Promise<readonly DeviceEvent[]>;
  untilLogged(reason: string): Promise<LogLine>;
}

export function userNameOf(clientId: string): string {
  return `${HUB_NAME}/${clientId}/?api-version=2021-04-12`;
}

export async function startMqttHub(options: Partial<HubOptions> = {}, journal?: Journal): Promise<MqttHub> {
  const clock = createManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const logLines: LogLine[] = [];
  const log: Log = (level, event, fields) => logLines.push({ level, event, fields });
  const created = createHub(
    { ...DEFAULT_HUB_OPTIONS, hostNames: [HUB_NAME, 'localhost', '127.0.0.1'], ...options },
    { clock, ids: createRandomIds(), log, ...(journal && { journal }) },
    [MQTT_EVENT_FORMATS],
  );
  if (!created.ok) throw new Error(created.error.message);
  const links = new Map<string, ClientConnection>();
  const settled: string[] = [];
  const hub = recordLinks(created.value, links, settled);
  const openDoor = () => createMqttDoor({ hubOf: createHubOf([hub]), clock, log });
  let door = await openDoor();
  let connectionCount = 0;
  const server = createServer((socket: Socket) => {
    connectionCount += 1;
    socket.once('close', () => {
      connectionCount -= 1;
    });
    door.accept(socket, { certificates: () => [], remoteAddress: '127.0.0.1', transport: 'mqtt' });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const clients: RawClient[] = [];
  const passwordOf = (clientId: string) => tokenOf(clientId, clock.now());
  const open = async () => {
    const client = await connectRaw(port);
    clients.push(client);
    return client;
  };
  return {
    hub,
    clock,
    get door() {
      return door;
    },
    port,
    get connectionCount() {
      return connectionCount;
    },
    logLines,
    links,
    settled,
    register: (clientId) => register(hub, clientId),
    connect: async (clientId, connectOptions = {}) => {
      const client = await open();
      client.connect(clientId, {
        username: userNameOf(clientId),
        password: passwordOf(clientId),
        ...connectOptions,
      });
      const connack = await client.next('connack');
      if (connack.returnCode !== 0) throw new Error(`CONNACK ${connack.returnCode}`);
      client.sessionPresent = connack.sessionPresent;
      return client;
    },
    open,
    reopenDoor: async () => {
      await door[Symbol.asyncDispose]();
      door = await openDoor();
    },
    passwordOf,
    events: (count) => readEvents(hub, count),
    untilLogged: (reason) =>
      waitUntil(`a log line with ${reason}`, () => logLines.find((line) => line.fields['reason'] === reason)),
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.destroy();
      hub.close();
      await door[Symbol.asyncDispose]();
      server.close();
    },
  };
}

/** Returns a token of the policy `device`. */
export function tokenOf(clientId: string, now: number): string {
  const [deviceId = '', moduleId] = clientId.split('/');
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return formatSasToken({
    resource: `${HUB_NAME}/devices/${deviceId}${module}`,
    key: DEFAULT_KEY,
    expirySeconds: Math.floor(now / 1000) + 3600,
    policyName: 'device',
  });
}

export function register(hub: Hub, clientId: string, body: JsonObject = {}): ClientIdentity {
  const [deviceId = '', moduleId] = clientId.split('/');
  const identity = parseClientIdentity(deviceId, moduleId);
  if (!identity.ok) throw new Error(identity.error.message);
  if (!hub.devices.getDevice(identity.value.deviceId).ok) {
    const request = parseDeviceRequest(identity.value.deviceId, body);
    if (!request.ok || !hub.devices.createOrUpdateDevice(request.value, NO_PRECONDITION).ok)
      throw new Error('The device was not registered.');
  }
  const module = identity.value.moduleId;
  if (module !== undefined) {
    const request = parseModuleRequest(identity.value.deviceId, module, body);
    if (!request.ok || !hub.modules.createOrUpdateModule(request.value, NO_PRECONDITION).ok)
      throw new Error('The module was not registered.');
  }
  return identity.value;
}

/** Updates desired properties as the service does. */
export function patchDesired(hub: Hub, identity: ClientIdentity, desired: JsonValue): void {
  const patched = hub.twins.updateTwin(identity, { desired: desired as JsonObject }, NO_PRECONDITION);
  if (!patched.ok) throw new Error(patched.error.message);
}

/** Keeps every connection, and what each session settles, for the test to read. */
function recordLinks(hub: Hub, links: Map<string, ClientConnection>, settled: string[]): Hub {
  const open = hub.sessions.open.bind(hub.sessions);
  hub.sessions.open = (client, connection, options) => {
    const { deviceId, moduleId } = client.identity;
    links.set(moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`, connection);
    const session = open(client, connection, options);
    const { completeMessage, rejectMessage } = session;
    session.completeMessage = (lockToken) => {
      settled.push(`complete ${lockToken}`);
      return completeMessage.call(session, lockToken);
    };
    session.rejectMessage = (lockToken) => {
      settled.push(`reject ${lockToken}`);
      return rejectMessage.call(session, lockToken);
    };
    return session;
  };
  return hub;
}

async function readEvents(hub: Hub, count: number): Promise<readonly DeviceEvent[]> {
  const events: DeviceEvent[] = [];
  const signal = AbortSignal.timeout(5000);
  for await (const event of hub.events.read({ from: 'earliest', signal })) {
    events.push(event);
    if (events.length === count) break;
  }
  if (events.length < count) throw new Error(`Timed out with ${events.length} of ${count} events.`);
  return events;
}

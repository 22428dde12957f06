import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import iothub from 'azure-iothub';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../emulator/certificates/issue.ts';
import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import { createSystemClock } from '../../emulator/clocks/system-clock.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY, withDefaults } from '../../emulator/emulator-options.ts';
import { createHttpDoor } from '../../emulator/http/hub/http-door.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import { createHubOf } from '../../emulator/hub/hub-of.ts';
import type { HubOptions } from '../../emulator/hub/hub-options.ts';
import type { Clock, Journal, Log, LogFields } from '../../emulator/hub/ports.ts';
import { listenHttps } from '../../emulator/listen/https.ts';
import { HOST_NAME, type Reply, type SendOptions, send } from './https-client.ts';

/** A hub behind a real HTTPS socket, and clients of it. */
export interface HttpHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly port: number;
  /** Trusts the certificate of the hub and connects to its port. */
  readonly agent: Agent;
  readonly logLines: LogLine[];
  send(method: string, path: string, options?: SendOptions): Promise<Reply>;
  /** Creates the service client of the SDK, wired by its options. */
  registry(policyName?: string): iothub.Registry;
  digitalTwinClient(policyName?: string): iothub.DigitalTwinClient;
  connectionString(policyName?: string): string;
  connect(): Promise<TLSSocket>;
}

interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly fields: LogFields;
}

export interface HttpHubOptions extends Partial<HubOptions> {
  readonly clock?: Clock;
  readonly journal?: Journal;
  /** Other hubs behind the same door, by host name. */
  readonly otherHubs?: readonly Hub[];
}

/** Starts a hub on a free port of the loopback interface. */
export async function startHttpHub(options: HttpHubOptions = {}): Promise<HttpHub> {
  const { clock = createSystemClock(), journal, otherHubs = [], ...hubOptions } = options;
  const logLines: LogLine[] = [];
  const log: Log = (level, event, fields) => logLines.push({ level, event, fields });
  const created = createHub(
    { ...DEFAULT_HUB_OPTIONS, hostNames: [HOST_NAME], ...hubOptions },
    { clock, ids: createRandomIds(), log, ...(journal === undefined ? {} : { journal }) },
  );
  if (!created.ok) throw new Error(created.error.message);
  const hub = created.value;
  const { leaf, authority } = await certificates();
  const door = createHttpDoor({
    hubOf: createHubOf([hub, ...otherHubs]),
  });
  const listener = await listenHttps({
    host: HOST_NAME,
    port: 0,
    key: leaf.keyPem,
    cert: leaf.certificatePem,
    timeouts: withDefaults({}).timeouts,
  });
  listener.onRequest(door.serve(listener.peerCertificatesOf));
  listener.onBrokenRequest(door.answerBroken);
  listener.onUnmetExpectation(door.answerUnmetExpectation);
  const { port } = listener;
  const ca = authority.certificatePem;
  const agent = agentTo(port, ca);
  const connectionString = (policyName = 'iothubowner') =>
    `HostName=${HOST_NAME};SharedAccessKeyName=${policyName};SharedAccessKey=${DEFAULT_KEY}`;
  return {
    hub,
    port,
    agent,
    logLines,
    send: (method, path, sendOptions = {}) => send({ port, ca, agent }, method, path, sendOptions),
    connectionString,
    registry: (policyName) => {
      const registry = iothub.Registry.fromConnectionString(connectionString(policyName));
      restClientOf(registry).setOptions({ http: { agent } });
      return registry;
    },
    digitalTwinClient: (policyName) => {
      const credentials = new iothub.IoTHubTokenCredentials(connectionString(policyName));
      return withAgent(new iothub.DigitalTwinClient(credentials), agent);
    },
    connect: () =>
      new Promise((resolve, reject) => {
        const socket: TLSSocket = connect({ host: HOST_NAME, port, ca }, () => resolve(socket));
        socket.on('error', reject);
      }),
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      hub.close();
      await listener.close();
    },
  };
}

/** Returns the REST client inside a service client. Its options accept an agent. */
export function restClientOf(client: object): { setOptions(options: { http: { agent: Agent } }): void } {
  return (client as { _restApiClient: { setOptions(options: { http: { agent: Agent } }): void } })
    ._restApiClient;
}

interface GeneratedClient {
  _pl: { _httpClient: { sendRequest(request: { agentSettings?: object }): Promise<unknown> } };
}

// A client that is generated from the description of the service accepts an agent only with each request.
function withAgent(client: iothub.DigitalTwinClient, agent: Agent): iothub.DigitalTwinClient {
  const generated = (client as unknown as GeneratedClient)._pl;
  const sender = generated._httpClient;
  generated._httpClient = {
    sendRequest: (request) => {
      request.agentSettings = { http: agent, https: agent };
      return sender.sendRequest(request);
    },
  };
  return client;
}

function agentTo(port: number, ca: string): Agent {
  const agent = new Agent({ keepAlive: true, ca });
  // If a client names no port, as service clients never do, the default of the agent counts.
  (agent as unknown as { defaultPort: number }).defaultPort = port;
  return agent;
}

let made: Promise<Awaited<ReturnType<typeof makeCertificates>>> | undefined;

function certificates(): ReturnType<typeof makeCertificates> {
  made ??= makeCertificates();
  return made;
}

async function makeCertificates() {
  const now = Date.now();
  const authority = await createAuthority(now);
  const leaf = await issueCertificate({
    commonName: HOST_NAME,
    validFrom: now - 60_000,
    validTo: now + 3_600_000,
    use: 'server',
    alternativeNames: [{ type: 'ip', value: HOST_NAME }],
    issuer: authority,
  });
  return { authority, leaf };
}

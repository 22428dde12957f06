import { Agent, type RequestOptions, request as sendRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import iothub from 'azure-iothub';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../emulator/certificates/issue.ts';
import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import { createSystemClock } from '../../emulator/clocks/system-clock.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import { createHttpDoor } from '../../emulator/http/hub/http-door.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import type { HubOptions } from '../../emulator/hub/hub-options.ts';
import type { Clock, Journal, Log, LogFields } from '../../emulator/hub/ports.ts';
import { listenHttps } from '../../emulator/listen/https.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';

export const HOST_NAME = '127.0.0.1';
const API_VERSION = 'api-version=2021-04-12';

/** A hub behind a real HTTPS socket, and the ways to talk to it. */
export interface HttpHub extends AsyncDisposable {
  readonly hub: Hub;
  readonly port: number;
  /** Trusts the hub's certificate and leads to its port. */
  readonly agent: Agent;
  readonly logLines: LogLine[];
  send(method: string, path: string, options?: SendOptions): Promise<Reply>;
  /** The real service client, wired by its options. */
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

export interface SendOptions {
  /** The policy that signs; `iothubowner` where nothing else is said. */
  readonly policy?: string;
  /** The whole Authorization header; null sends none. */
  readonly authorization?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is where it is text or bytes, else as JSON. */
  readonly body?: unknown;
  readonly certificate?: { readonly cert: string; readonly key: string };
}

export interface Reply {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the body
  readonly body: any;
}

export interface HttpHubOptions extends Partial<HubOptions> {
  readonly clock?: Clock;
  readonly journal?: Journal;
  /** Other hubs behind the same door, by host name. */
  readonly otherHubs?: ReadonlyMap<string, Hub>;
}

/** Starts a hub on a free port of the loopback interface. */
export async function startHttpHub(options: HttpHubOptions = {}): Promise<HttpHub> {
  const { clock = createSystemClock(), journal, otherHubs, ...hubOptions } = options;
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
    hubOf: (hostName) => otherHubs?.get(hostName ?? '') ?? hub,
  });
  const listener = await listenHttps({
    host: HOST_NAME,
    port: 0,
    key: leaf.keyPem,
    cert: leaf.certificatePem,
  });
  listener.onRequest(door.serve(listener.peerCertificatesOf));
  listener.onBrokenRequest(door.answerBroken);
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

/** The REST client inside a service client, whose options take an agent. */
export function restClientOf(client: object): { setOptions(options: { http: { agent: Agent } }): void } {
  return (client as { _restApiClient: { setOptions(options: { http: { agent: Agent } }): void } })
    ._restApiClient;
}

interface GeneratedClient {
  _pl: { _httpClient: { sendRequest(request: { agentSettings?: object }): Promise<unknown> } };
}

// A client generated from the service's description takes an agent with each request only.
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

/** A token signed with a default key, for the hub or a part of it. */
export function serviceToken(policyName = 'iothubowner', resource = HOST_NAME): string {
  return formatSasToken({ resource, key: DEFAULT_KEY, expirySeconds: inAnHour(), policyName });
}

/** A client's own token. */
export function clientToken(clientId: string, key: string): string {
  const [deviceId, moduleId] = clientId.split('/');
  const module = moduleId === undefined ? '' : `/modules/${moduleId}`;
  return formatSasToken({
    resource: `${HOST_NAME}/devices/${deviceId}${module}`,
    key,
    expirySeconds: inAnHour(),
  });
}

function inAnHour(): number {
  return Math.floor(Date.now() / 1000) + 3600;
}

function agentTo(port: number, ca: string): Agent {
  const agent = new Agent({ keepAlive: true, ca });
  // Where a client names no port, as the service clients never do, the agent's default counts.
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
    commonNames: [HOST_NAME],
    validFrom: now - 60_000,
    validTo: now + 3_600_000,
    use: 'server',
    alternativeNames: [{ type: 'ip', value: HOST_NAME }],
    issuer: authority,
  });
  return { authority, leaf };
}

function send(
  to: { readonly port: number; readonly ca: string; readonly agent: Agent },
  method: string,
  path: string,
  options: SendOptions,
): Promise<Reply> {
  const { body, certificate } = options;
  const authorization =
    options.authorization === undefined ? serviceToken(options.policy) : options.authorization;
  const bytes = body === undefined || body instanceof Uint8Array ? body : textOf(body);
  const target = path.includes('api-version')
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}${API_VERSION}`;
  const requestOptions: RequestOptions = {
    host: HOST_NAME,
    port: to.port,
    ca: to.ca,
    // Without it the certificate would be checked against the Host header.
    servername: '',
    method,
    path: target,
    headers: {
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...(bytes === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(bytes)) }),
      ...options.headers,
    },
    ...(certificate === undefined ? { agent: to.agent } : { ...certificate, agent: false }),
  };
  return new Promise((resolve, reject) => {
    const request = sendRequest(requestOptions, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') === true;
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? '',
          headers: response.headers as Reply['headers'],
          rawHeaders: response.rawHeaders,
          text,
          body: isJson && text !== '' ? JSON.parse(text) : undefined,
        });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

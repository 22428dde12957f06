import { once } from 'node:events';
import { request } from 'node:https';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts';
import { DEFAULT_KEY } from '../../../emulator/emulator-options.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { HUB_NAME, type LogLine, register } from '../../mqtt/mqtt-hub.ts';

let emulator: Emulator;
const log: LogLine[] = [];

beforeAll(async () => {
  emulator = await startEmulator({
    host: '127.0.0.3',
    hub: { hostNames: [HUB_NAME, 'alias.test'] },
    log: (level, event, fields) => log.push({ level, event, fields }),
  });
  register(emulator.hub, 'd');
});
afterAll(() => emulator[Symbol.asyncDispose]());

/** Returns a token whose scope has the host name as the client writes it. */
function tokenOf(hostName: string): string {
  const expirySeconds = Math.floor(Date.now() / 1000) + 60;
  return formatSasToken({ resource: hostName, key: DEFAULT_KEY, expirySeconds, policyName: 'iothubowner' });
}

interface Answer {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly body: string;
}

/** Sends a request to a host name. Without a token the token is left out. */
function ask(
  host: string,
  authorization: string | undefined,
  query = '?api-version=2021-04-12',
): Promise<Answer> {
  const headers = { host, ...(authorization === undefined ? {} : { authorization }) };
  const { httpsPort: port } = emulator;
  const options = { host: emulator.host, port, path: `/devices/d${query}`, headers, servername: '' };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, rejectUnauthorized: false, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += String(chunk);
      });
      const code = response.headers['iothub-errorcode'];
      response.on('end', () => resolve({ status: response.statusCode, code: code?.toString(), body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Connects a client that writes the host name into its user name and token. Returns the code of CONNACK. */
async function connack(hostName: string): Promise<number> {
  const address = `mqtts://${emulator.host}:${emulator.mqttPort}`;
  const options = {
    clientId: 'd',
    username: `${hostName}/d/?api-version=2021-04-12`,
    password: tokenOf(hostName),
    rejectUnauthorized: false,
    reconnectPeriod: 0,
    protocolVersion: 4,
  } as const;
  try {
    const client = await connectAsync(address, options, false);
    await client.endAsync();
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

/** Opens a WebSocket to a host name. Returns the status of the answer. */
async function upgrade(host: string): Promise<number | undefined> {
  const address = `wss://${emulator.host}:${emulator.httpsPort}/$iothub/websocket?iothub-no-client-cert=true`;
  const webSocket = new WebSocket(address, 'mqtt', { rejectUnauthorized: false, headers: { host } });
  webSocket.on('error', () => undefined);
  const refused = once(webSocket, 'unexpected-response').then(([, response]) => {
    response.resume();
    return response.statusCode;
  });
  const status = await Promise.race([once(webSocket, 'open').then(() => 101), refused]);
  webSocket.terminate();
  return status;
}

describe('host name of the hub', () => {
  it.each([
    HUB_NAME,
    `${HUB_NAME}:443`,
    HUB_NAME.toUpperCase(),
    'alias.test',
    'localhost',
    'localhost:8443',
    '127.0.0.1',
    '127.0.0.9',
    '127.0.0.3',
    '[::1]:443',
  ])('is accepted by every listener: %s', async (name) => {
    expect(await ask(name, tokenOf(name))).toMatchObject({ status: 200 });
    expect(await connack(name)).toBe(0);
    expect(await upgrade(name)).toBe(101);
  });

  it.each([
    'other.azure-devices.net',
    'other.azure-devices.net:443',
    `x.${HUB_NAME}`,
    'localhost.example',
    '10.0.0.9',
  ])('is refused by every listener if it is foreign: %s', async (name) => {
    expect(await ask(name, tokenOf(HUB_NAME))).toMatchObject({ status: 401, code: 'IotHubNotFound' });
    expect(await connack(name)).toBe(5);
    expect(await upgrade(name)).toBe(401);
  });
});

describe('foreign host name', () => {
  it('is refused before the token is checked, and after the api-version', async () => {
    const answer = await ask('other.test', undefined);
    expect(answer).toMatchObject({ status: 401, code: 'IotHubNotFound' });
    expect(JSON.parse(answer.body).Message).toBe('ErrorCode:IotHubNotFound;Unauthorized');
    expect(await ask('other.test', undefined, '')).toMatchObject({
      status: 400,
      code: 'InvalidProtocolVersion',
    });
  });

  it.each<[string, string, () => Promise<unknown>]>([
    ['a request', 'host-name-refused', () => ask('other.test', undefined)],
    ['an upgrade', 'host-name-refused', () => upgrade('other.test')],
    ['a CONNECT', 'client-refused', () => connack('other.test')],
  ])('is logged with the names of the hub and the option that adds one: %s', async (_what, event, send) => {
    log.length = 0;
    await send();
    const lines = log.filter((line) => line.level === 'warn');
    expect(lines).toMatchObject([{ event, fields: { reason: 'host-name-mismatch' } }]);
    const message = String(lines[0]?.fields['message']);
    for (const word of ["'other.test'", HUB_NAME, 'alias.test', 'localhost', '127.0.0.3', '--host-name'])
      expect(message).toContain(word);
  });
});

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import iotCommon from 'azure-iot-common';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';

const PATH = '/$iothub/websocket';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

/** Returns the answer to a WebSocket that must be refused. */
async function refusalOf(path: string, subprotocol: string) {
  const address = `wss://127.0.0.1:${hub.emulator.httpsPort}${path}`;
  const client = new WebSocket(address, subprotocol, { ca: hub.emulator.authorityPem });
  const [, response] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
  const body = JSON.parse(await text(response));
  client.on('error', () => undefined).terminate();
  return { status: response.statusCode, name: response.headers['iothub-errorcode'], message: body.Message };
}

function lastLine() {
  const line = hub.log.findLast(({ event }) => event === 'websocket-refused');
  return { level: line?.level, ...line?.fields };
}

it('a request that offers an upgrade to h2c is performed with its body', async () => {
  const { httpsPort, authorityPem: ca } = hub.emulator;
  const device = await hub.provision();
  const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
  const expiry = Math.ceil(Date.now() / 1000) + 60;
  const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'iothubowner', key, expiry);
  const headers = {
    Authorization: token.toString(),
    Connection: 'Upgrade, HTTP2-Settings',
    Upgrade: 'h2c',
    'HTTP2-Settings': '',
  };
  const path = `/twins/${device.deviceId}?api-version=2021-04-12`;
  const options = { host: '127.0.0.1', port: httpsPort, ca, method: 'PATCH', path, headers, agent: false };
  const sent = request(options).end(JSON.stringify({ tags: { floor: 2 } }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  expect(JSON.parse(await text(response)).tags).toEqual({ floor: 2 });
});

describe('a refused WebSocket', () => {
  it('is answered 400 with an error of the hub, and logged: AMQP, which is not supported', async () => {
    expect(await refusalOf(`${PATH}?iothub-no-client-cert=true`, 'AMQPWSB10')).toEqual({
      status: 400,
      name: 'IotHubFormatError',
      message: 'ErrorCode:IotHubFormatError;Unsupported subprotocol: AMQPWSB10. Supported: mqtt.',
    });
    expect(lastLine()).toEqual({
      level: 'warn',
      remoteAddress: expect.stringContaining('127.0.0.1'),
      path: PATH,
      reason: 'websocket-subprotocol-unsupported',
      message: 'Unsupported subprotocol: AMQPWSB10. Supported: mqtt.',
    });
  });

  it('is answered 400 with an error of the hub, and logged: an unknown path', async () => {
    const refusal = await refusalOf('/mqtt?secret=1', 'mqtt');
    expect(refusal).toMatchObject({ status: 400, message: expect.stringContaining(PATH) });
    expect(lastLine()).toMatchObject({ path: '/mqtt', reason: 'websocket-path-unknown' });
  });

  it('is answered 400 with an error of the hub, and logged: a malformed handshake', async () => {
    const { httpsPort, authorityPem: ca } = hub.emulator;
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket' };
    const sent = request({ host: '127.0.0.1', port: httpsPort, ca, path: PATH, headers }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(400);
    expect(JSON.parse(await text(response)).Message).toContain('Sec-WebSocket-Key');
    expect(lastLine()).toMatchObject({ reason: 'websocket-handshake-malformed' });
  });
});

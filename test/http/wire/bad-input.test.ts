import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { serviceToken } from '../https-client.ts';
import { exchange, expectHubError } from '../raw-exchange.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: {} });
});
afterAll(() => http[Symbol.asyncDispose]());

const head = (method: string, path: string, ...headers: readonly string[]) =>
  [
    `${method} ${path}?api-version=2021-04-12 HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: ${serviceToken()}`,
    ...headers,
    '',
    '',
  ].join('\r\n');

async function expectAlive(): Promise<void> {
  expect((await http.send('GET', '/devices/d')).status).toBe(200);
  expect(http.logLines.filter(({ event }) => event === 'request-crashed')).toEqual([]);
}

describe('a malformed request', () => {
  it.each([
    ['text that is not HTTP', 'hello\r\n\r\n'],
    ['TLS within TLS', Buffer.from('16030100c5010000c10303', 'hex')],
    ['a bad version', 'GET / HTTP/9.9\r\n\r\n'],
    ['a header without a colon', head('GET', '/devices/d', 'nonsense')],
    ['two lengths', head('PUT', '/devices/d', 'Content-Length: 1', 'Content-Length: 2')],
    ['a length that is not a number', head('PUT', '/devices/d', 'Content-Length: many')],
    ['a length and chunks', head('PUT', '/devices/d', 'Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['a header that is too long', head('GET', '/devices/d', `X-Long: ${'x'.repeat(40_000)}`)],
    ['a broken chunk', `${head('PUT', '/devices/d', 'Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`],
    ['no host', 'GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\n\r\n'],
    ['the method CONNECT', 'CONNECT example.org:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'],
    [
      'a chunk that is longer than its size',
      `${head('PUT', '/devices/d', 'Transfer-Encoding: chunked')}1\r\n{}\r\n0\r\n\r\n`,
    ],
  ])('gets an error of the hub: %s', async (_title, bytes) => {
    const socket = await http.connect();
    expect(expectHubError(await exchange(socket, bytes))).toBe('IotHubFormatError');
    socket.destroy();
    await expectAlive();
  });

  it('gets 417 and an error of the hub for an unknown expectation', async () => {
    const socket = await http.connect();
    const reply = await exchange(socket, head('GET', '/devices/d', 'Expect: the-unexpected'));
    expect(reply).toMatchObject({
      status: 417,
      head: expect.stringContaining('iothub-errorcode: IotHubFormatError'),
    });
    expect(JSON.parse(reply?.body ?? '').Message).toContain("'the-unexpected' is not supported");
    socket.destroy();
    await expectAlive();
  });

  it('is answered without a host in HTTP/1.0, and after 100 Continue', async () => {
    const oldSocket = await http.connect();
    const old = head('GET', '/devices/d').replace('HTTP/1.1\r\nHost: 127.0.0.1', 'HTTP/1.0');
    expect((await exchange(oldSocket, old))?.status).toBe(200);
    oldSocket.destroy();
    const socket = await http.connect();
    const continued = await exchange(
      socket,
      head('PATCH', '/twins/d', 'Expect: 100-continue', 'Content-Length: 2'),
    );
    expect(continued?.status).toBe(100);
    expect((await exchange(socket, '{}'))?.status).toBe(200);
    socket.destroy();
  });

  it('is logged with the error code of Node', async () => {
    const socket = await http.connect();
    await exchange(socket, 'GET / HTTP/9.9\r\n\r\n');
    socket.destroy();
    expect(http.logLines.findLast(({ event }) => event === 'request-broken')?.fields).toEqual({
      code: 'HPE_INVALID_VERSION',
      message: expect.stringContaining('Invalid HTTP version'),
    });
  });

  it('is ignored if the connection ends within its body', async () => {
    const socket = await http.connect();
    socket.write(`${head('PUT', '/devices/d', 'Content-Length: 100')}{`);
    socket.end();
    await expectAlive();
    expect((await http.send('GET', '/devices/d')).body.statusReason).toBeNull();
  });

  it('gets an error of the hub for an unsupported method', async () => {
    expect((await http.send('HEAD', '/devices/d')).status).toBe(405);
    const options = await http.send('OPTIONS', '/devices/d');
    expect(options).toMatchObject({ status: 405, headers: { allow: 'GET, PUT, DELETE' } });
    expect((await http.send('TRACE', '/devices/d')).status).toBe(405);
  });
});

describe('a body that is too large', () => {
  it('is refused before it is sent if its length is announced', async () => {
    const socket = await http.connect();
    const reply = await exchange(socket, head('PUT', '/twins/d', `Content-Length: ${10 ** 12}`));
    expect(expectHubError(reply)).toBe('MessageTooLarge');
    socket.destroy();
    await expectAlive();
  });

  it('is refused in chunks when it exceeds the limit', async () => {
    const socket = await http.connect();
    const chunk = Buffer.concat([
      Buffer.from('100000\r\n'),
      Buffer.alloc(0x100000, 0x20),
      Buffer.from('\r\n'),
    ]);
    const chunks = Array.from({ length: 8 }, () => chunk);
    const reply = exchange(socket, head('PUT', '/twins/d', 'Transfer-Encoding: chunked'), ...chunks);
    expect(expectHubError(await reply)).toBe('MessageTooLarge');
    socket.destroy();
    await expectAlive();
  });

  it('leaves the connection usable', async () => {
    const socket = await http.connect();
    const body = Buffer.alloc(1_048_577, 0x20);
    const refused = await exchange(socket, head('PUT', '/twins/d', `Content-Length: ${body.length}`), body);
    expect(refused?.status).toBe(413);
    expect((await exchange(socket, head('GET', '/devices/d')))?.status).toBe(200);
    socket.destroy();
  });

  it('is not read if the caller lacks the permission', async () => {
    const reply = await http.send('PUT', '/devices/d', {
      authorization: null,
      body: Buffer.alloc(4_000_000),
    });
    expect(reply.status).toBe(401);
  });
});

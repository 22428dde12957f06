import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HUB_ERRORS, type HubErrorName, httpStatusOf } from '../../../emulator/domain/errors.ts';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { type HttpHub, serviceToken, startHttpHub } from '../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: {} });
});
afterAll(() => http[Symbol.asyncDispose]());

interface RawReply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Writes raw bytes and reads one answer; undefined where the connection ends without one. */
function exchange(socket: TLSSocket, ...parts: readonly (string | Buffer)[]): Promise<RawReply | undefined> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const finish = (reply: RawReply | undefined): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      clearTimeout(timer);
      resolve(reply);
    };
    const timer = setTimeout(() => reject(new Error(`no answer to ${parts.join('').slice(0, 300)}`)), 5000);
    const onClose = (): void => finish(undefined);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const reply = parseReply(received);
      if (reply !== undefined) finish(reply);
    };
    socket.on('data', onData);
    socket.on('close', onClose);
    for (const part of parts) socket.write(part);
  });
}

function parseReply(bytes: Buffer): RawReply | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  const body = bytes.subarray(end + 4, end + 4 + length).toString('utf8');
  return { status: Number(head.slice(9, 12)), head, body };
}

/** Every failure is one of the catalogue, in the form that the clients read. */
function expectHubError(reply: RawReply | undefined): HubErrorName {
  const name = /iothub-errorcode: (\w+)/i.exec(reply?.head ?? '')?.[1] as HubErrorName;
  expect(Object.keys(HUB_ERRORS), reply?.head).toContain(name);
  expect(httpStatusOf(name)).toBe(reply?.status);
  const body = JSON.parse(reply?.body ?? '');
  if (body.errors === undefined) {
    expect(body.Message).not.toBe('');
    expect(body).toHaveProperty('ExceptionMessage');
  }
  return name;
}

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

describe('what is no proper request', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['TLS within TLS', Buffer.from('16030100c5010000c10303', 'hex')],
    ['a bad version', 'GET / HTTP/9.9\r\n\r\n'],
    ['a header without a colon', head('GET', '/devices/d', 'nonsense')],
    ['two lengths', head('PUT', '/devices/d', 'Content-Length: 1', 'Content-Length: 2')],
    ['a length that is none', head('PUT', '/devices/d', 'Content-Length: many')],
    ['a length and chunks', head('PUT', '/devices/d', 'Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['too long a header', head('GET', '/devices/d', `X-Long: ${'x'.repeat(40_000)}`)],
    ['a broken chunk', `${head('PUT', '/devices/d', 'Transfer-Encoding: chunked')}zz\r\n{}\r\n0\r\n\r\n`],
    [
      'a chunk that is longer than it says',
      `${head('PUT', '/devices/d', 'Transfer-Encoding: chunked')}1\r\n{}\r\n0\r\n\r\n`,
    ],
  ])('is answered with an error of the hub: %s', async (_title, bytes) => {
    const socket = await http.connect();
    expect(expectHubError(await exchange(socket, bytes))).toBe('IotHubFormatError');
    socket.destroy();
    await expectAlive();
  });

  test('is given up where the connection ends within a body', async () => {
    const socket = await http.connect();
    socket.write(`${head('PUT', '/devices/d', 'Content-Length: 100')}{`);
    socket.end();
    await expectAlive();
    expect((await http.send('GET', '/devices/d')).body.statusReason).toBeNull();
  });

  test('is answered for HEAD and OPTIONS too', async () => {
    expect((await http.send('HEAD', '/devices/d')).status).toBe(405);
    const options = await http.send('OPTIONS', '/devices/d');
    expect(options).toMatchObject({ status: 405, headers: { allow: 'GET, PUT, DELETE' } });
    expect((await http.send('TRACE', '/devices/d')).status).toBe(405);
  });
});

describe('a huge body', () => {
  test('that is announced is refused before it is sent', async () => {
    const socket = await http.connect();
    const reply = await exchange(socket, head('PUT', '/twins/d', `Content-Length: ${10 ** 12}`));
    expect(expectHubError(reply)).toBe('MessageTooLarge');
    socket.destroy();
    await expectAlive();
  });

  test('in chunks is refused when it grows too large, and is not kept', async () => {
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

  test('leaves the connection usable once it has passed', async () => {
    const socket = await http.connect();
    const body = Buffer.alloc(1_048_577, 0x20);
    const refused = await exchange(socket, head('PUT', '/twins/d', `Content-Length: ${body.length}`), body);
    expect(refused?.status).toBe(413);
    expect((await exchange(socket, head('GET', '/devices/d')))?.status).toBe(200);
    socket.destroy();
  });

  test('of somebody without a right is not even read', async () => {
    const reply = await http.send('PUT', '/devices/d', {
      authorization: null,
      body: Buffer.alloc(4_000_000),
    });
    expect(reply.status).toBe(401);
  });
});

describe('random requests', () => {
  test('1,000 of them each get an answer of the hub, and none harms it', async () => {
    const random = createRandom(20260801);
    let socket = await http.connect();
    const statuses = new Map<number, number>();
    for (let count = 0; count < 1000; count++) {
      const bytes = randomRequest(random);
      const reply = await exchange(socket, bytes);
      if (reply === undefined) throw new Error(`unanswered: ${bytes.toString('latin1').slice(0, 300)}`);
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      if (reply.status >= 300) expectHubError(reply);
      if (/connection: close/i.test(reply.head)) {
        socket.destroy();
        socket = await http.connect();
      }
    }
    socket.destroy();
    await http.send('PUT', '/devices/d', { body: {} });
    await expectAlive();
    expect(statuses.get(500)).toBeUndefined();
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 401, 404, 405]));
  });
});

type Random = (below: number) => number;

/** The same numbers for the same seed (mulberry32). */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const METHODS = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'MERGE'];
const IDS = [
  'd',
  'm',
  '%',
  '%2F',
  '%ff',
  '%00',
  '..',
  '$edgeHub',
  'a%20b',
  '%25%32%46',
  '*',
  'x'.repeat(200),
  'é',
  '"<>\\^`{|}',
];
const BODIES = [
  '',
  '{}',
  '[]',
  'null',
  '"',
  '{"__proto__":{"a":1},"constructor":null}',
  '{"deviceId":"d","deviceId":"e"}',
  '{"tags":{"a":{"b":null}},"properties":{"desired":{"$version":1e400}}}',
  '[{"body":"MQ=="}]',
  '{"methodName":"a","connectTimeoutInSeconds":1e2}',
  `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`,
  '\u0000\u0001',
];
const HEADERS = [
  'If-Match: *',
  'If-Match: ""',
  'If-Match: "\u00e9"',
  'X-HTTP-Method-Override: PATCH',
  'X-HTTP-Method-Override: \u00ff',
  'Content-Type: application/vnd.microsoft.iothub.json',
  'x-ms-edge-moduleId: d/m',
  'x-ms-edge-moduleId: ///',
  'iothub-app-: ',
  'iothub-ack: full',
  'x-ms-max-item-count: -1',
  'Authorization: SharedAccessSignature sr=&sig=&se=&skn=',
];
const QUERIES = [
  '',
  '?',
  '?api-version=2021-04-12',
  '?api-version=2021-04-12&top=%',
  '?api-version=1',
  '?&=&%=',
  '?reject',
];

function randomRequest(random: Random): Buffer {
  const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
  const route = pick(ROUTES);
  const path =
    random(8) === 0 ? `/${pick(IDS)}/${pick(IDS)}` : route.path.replaceAll(/:\w+/g, () => pick(IDS));
  const method = random(4) === 0 ? pick(METHODS) : route.method;
  const randomQuery = random(4) === 0 ? pick(QUERIES) : '?api-version=2021-04-12';
  const query = path.includes('?') ? randomQuery.replace('?', '&') : randomQuery;
  const body = Buffer.from(
    random(5) === 0 ? String.fromCharCode(random(65_536), random(65_536)) : pick(BODIES),
  );
  const lines = [`${method} ${path}${query} HTTP/1.1`, 'Host: 127.0.0.1'];
  if (random(4) !== 0)
    lines.push(`Authorization: ${serviceToken(pick(['iothubowner', 'iothubowner', 'device', 'service']))}`);
  while (random(3) !== 0) lines.push(pick(HEADERS));
  lines.push(`Content-Length: ${body.length}`, '', '');
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]);
}

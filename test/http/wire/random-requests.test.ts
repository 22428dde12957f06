import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { serviceToken } from '../https-client.ts';
import { exchange, expectHubError } from '../raw-exchange.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: {} });
});
afterAll(() => http[Symbol.asyncDispose]());

async function expectAlive(): Promise<void> {
  expect((await http.send('GET', '/devices/d')).status).toBe(200);
  expect(http.logLines.filter(({ event }) => event === 'request-crashed')).toEqual([]);
}

describe('a random request', () => {
  it('gets an answer of the hub and does no harm, 1,000 times', async () => {
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

/** Creates the same numbers for the same seed (mulberry32). */
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

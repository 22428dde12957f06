import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failed, ok } from '../../../emulator/domain/result.ts';
import { answerDone, answerJson, answerNothing } from '../../../emulator/http/wire/answers.ts';
import { createDoor } from '../../../emulator/http/wire/door.ts';
import type { VirtualHost } from '../../../emulator/http/wire/http-service.ts';
import type { Route } from '../../../emulator/http/wire/route.ts';

/** A small service that has nothing to do with a hub. */
interface Shop extends VirtualHost {
  readonly name: string;
}
type Caller = { readonly customer: string };

const ROUTES: readonly Route<Shop, Caller>[] = [
  {
    operation: 'readItem',
    method: 'GET',
    path: '/items/:item',
    meaning: 'read an item',
    handle: (shop, { parameters }, { customer }) =>
      answerJson({ shop: shop.name, item: parameters.item ?? '', customer }),
  },
  {
    operation: 'writeItem',
    method: 'PUT',
    path: '/items/:item',
    meaning: 'write an item',
    maximumBodyBytes: 10,
    handle: (_shop, { body }) => answerJson(body.toString()),
  },
  {
    operation: 'forceDeleteItem',
    method: 'DELETE',
    path: '/items/:item?force',
    meaning: 'delete an item by force',
    handle: () => answerJson('by force'),
  },
  {
    operation: 'deleteItem',
    method: 'DELETE',
    path: '/items/:item',
    meaning: 'delete an item',
    handle: () => answerNothing(),
  },
  {
    operation: 'fail',
    method: 'POST',
    path: '/failures',
    meaning: 'fail',
    jsonErrors: ['DeviceNotFound'],
    versionlessHeader: 'x-versionless',
    handle: (_shop, { body }) =>
      answerDone(failed(body.length > 0 ? 'DeviceNotFound' : 'JobNotFound', 'gone')),
  },
  {
    operation: 'crash',
    method: 'GET',
    path: '/crashes',
    meaning: 'crash',
    handle: () => {
      throw new Error('a bug');
    },
  },
  { operation: 'orderLater', method: 'PUT', path: '/later', meaning: 'do it', refused: 'it comes later' },
];

const lines: { readonly event: string; readonly fields: Readonly<Record<string, unknown>> }[] = [];
let server: Server;

function createShop(name = 'nameless'): Shop {
  return {
    name,
    clock: { now: () => 0 },
    ids: { guid: () => 'id' },
    log: (_level, event, fields) => lines.push({ event, fields }),
    kept: () => undefined,
  };
}

beforeAll(async () => {
  const door = createDoor<Shop, Caller, Route<Shop, Caller>>({
    routes: ROUTES,
    hostOf: (name) => (name === 'foreign' ? undefined : createShop(name)),
    defaultHost: createShop(),
    describeForeignName: (name) => `There is no shop ${name}.`,
    authorize: (_shop, _match, { headers }) =>
      !headers.authorization
        ? failed('IotHubUnauthorized', 'who are you?')
        : ok({ customer: headers.authorization }),
    hasGateway: () => false,
  });
  server = createServer(door).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());
beforeEach(() => {
  lines.length = 0;
});

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function send(method: string, path: string, body = '', headers: IncomingHttpHeaders = {}): Promise<Reply> {
  const { port } = server.address() as AddressInfo;
  const all = { Host: 'shop:1', Authorization: 'Ann', 'Content-Length': body.length, ...headers };
  return new Promise((resolve, reject) => {
    const request = sendRequest({ port, method, path, headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const VERSION = 'api-version=2021-04-12';

describe('a door', () => {
  it('serves any service, on the virtual host that the Host header names', async () => {
    const reply = await send('GET', `/items/book?${VERSION}`);
    expect(reply).toMatchObject({ status: 200, text: '{"shop":"shop:1","item":"book","customer":"Ann"}' });
  });

  it('reads the body up to the limit of the route', async () => {
    expect(await send('PUT', `/items/a?${VERSION}`, '0123456789')).toMatchObject({ text: '"0123456789"' });
    const { headers } = await send('PUT', `/items/a?${VERSION}`, '0123456789x');
    expect(headers['iothub-errorcode']).toBe('MessageTooLarge');
  });

  it.each([
    ['?force&', 200, '"by force"'],
    ['?FORCE=1&', 200, '"by force"'],
    ['?%3Fforce=true&', 200, '"by force"'],
    ['?', 204, ''],
  ])('selects a route by the query parameter that it demands: %s', async (query, status, text) => {
    expect(await send('DELETE', `/items/a${query}${VERSION}`)).toMatchObject({ status, text });
  });

  it('lists the methods of a path that demands a query parameter', async () => {
    const { status, headers } = await send('PATCH', `/items/a?force&${VERSION}`);
    expect([status, headers.allow]).toEqual([405, 'GET, PUT, DELETE']);
  });

  it('accepts a request without api-version if it has the header of the route', async () => {
    expect((await send('POST', '/failures')).headers['iothub-errorcode']).toBe('InvalidProtocolVersion');
    const { headers } = await send('POST', '/failures', '', { 'x-versionless': '1' });
    expect(headers['iothub-errorcode']).toBe('JobNotFound');
  });

  it('answers the errors that the route lists as a JSON document, and the others as text', async () => {
    const listed = JSON.parse((await send('POST', `/failures?${VERSION}`, 'x')).text);
    expect(JSON.parse(listed.Message)).toMatchObject({ errorCode: 404001, message: 'gone' });
    const other = JSON.parse((await send('POST', `/failures?${VERSION}`)).text);
    expect(other.Message).toBe('ErrorCode:JobNotFound;gone');
  });
});

describe('a Host header that names no virtual host', () => {
  const codeOf = async (method: string, path: string) =>
    (await send(method, path, '', { Host: 'foreign', Authorization: '' })).headers['iothub-errorcode'];

  it('is answered after the check of the api-version', async () => {
    expect(await codeOf('GET', '/items/a')).toBe('InvalidProtocolVersion');
  });

  it.each([
    ['without a token', 'GET', '/items/a'],
    ['of a method that the path does not have', 'PATCH', '/items/a'],
    ['of a path that does not exist', 'GET', '/nowhere'],
  ])('is answered with 401 IotHubNotFound to a request %s', async (_what, method, path) => {
    expect(await codeOf(method, `${path}?${VERSION}`)).toBe('IotHubNotFound');
  });

  it('is logged with the names that the service expects', async () => {
    const reply = await send('GET', `/items/a?${VERSION}`, '', { Host: 'foreign' });
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.text).Message).toBe('ErrorCode:IotHubNotFound;Unauthorized');
    const request = { operation: 'readItem', method: 'GET', path: '/items/a' };
    const message = 'There is no shop foreign.';
    expect(lines).toEqual([
      { event: 'host-name-refused', fields: { ...request, reason: 'host-name-mismatch', message } },
      { event: 'request-failed', fields: { ...request, errorCode: 'IotHubNotFound' } },
    ]);
  });
});

describe('the log of a door', () => {
  it('names the operation, method and path of a failed request', async () => {
    await send('POST', `/failures?${VERSION}`);
    const fields = {
      operation: 'fail',
      method: 'POST',
      path: '/failures',
      errorCode: 'JobNotFound',
    };
    expect(lines).toEqual([{ event: 'request-failed', fields }]);
  });

  it('has no operation for a request without a route', async () => {
    await send('GET', `/nowhere?${VERSION}`);
    const fields = { operation: undefined, method: 'GET', path: '/nowhere', errorCode: 'GenericNotFound' };
    expect(lines).toEqual([{ event: 'request-failed', fields }]);
  });

  it('names an operation that is not supported, and why', async () => {
    const reply = await send('PUT', `/later?${VERSION}`);
    expect(JSON.parse(reply.text).Message).toBe('ErrorCode:FeatureNotSupported;do it: it comes later');
    expect(lines[0]).toEqual({
      event: 'operation-not-supported',
      fields: {
        operation: 'orderLater',
        method: 'PUT',
        path: '/later',
        errorCode: 'FeatureNotSupported',
        message: 'it comes later',
      },
    });
  });

  it('has the stack of a handler that throws', async () => {
    expect(await send('GET', `/crashes?${VERSION}`)).toMatchObject({
      status: 500,
      headers: { 'iothub-errorcode': 'ServerError' },
    });
    expect(lines[0]).toEqual({
      event: 'request-crashed',
      fields: {
        operation: 'crash',
        method: 'GET',
        path: '/crashes',
        message: expect.stringMatching(/^Error: a bug\n.*door\.test\.ts/),
      },
    });
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Permission } from '../../../../emulator/domain/access/policy.ts';
import { HUB_ERRORS, type HubErrorName, httpStatusOf } from '../../../../emulator/domain/errors.ts';
import { DEFAULT_POLICIES } from '../../../../emulator/emulator-options.ts';
import type { HubRoute } from '../../../../emulator/http/hub/route.ts';
import { ROUTES } from '../../../../emulator/http/hub/routes.ts';

import { type HttpHub, startHttpHub } from '../../http-hub.ts';
import { clientToken, type Reply, type SendOptions } from '../../https-client.ts';
import { ERROR_PATHS, type ErrorCase } from './error-paths.ts';

let http: HttpHub;
let deviceToken: string;

beforeAll(async () => {
  http = await startHttpHub();
  const device = await http.send('PUT', '/devices/d', { body: {} });
  deviceToken = clientToken('d', device.body.authentication.symmetricKey.primaryKey);
  await http.send('PUT', '/devices/d/modules/m', { body: {} });
  await http.send('PUT', '/devices/edge', { body: { capabilities: { iotEdge: true } } });
  const job = { type: 'scheduleUpdateTwin', updateTwin: { etag: '*' }, queryCondition: 'deviceId = 1' };
  await http.send('PUT', '/jobs/v2/done', { body: job });
  await vi.waitUntil(async () => (await http.send('GET', '/jobs/v2/done')).body.status === 'completed');
  const startTime = new Date(Date.now() + 3_600_000).toISOString();
  await http.send('PUT', '/jobs/v2/far', { body: { ...job, startTime } });
});
afterAll(() => http[Symbol.asyncDispose]());

const working = ROUTES.filter((route) => !('refused' in route));
const refused = ROUTES.filter((route) => 'refused' in route);
const isOfClient = ({ callers }: HubRoute) => !callers.includes('service');
const keyOf = ({ method, path }: HubRoute) => `${method} ${path}`;
const rowsOf = (routes: readonly HubRoute[]) => routes.map((route) => [keyOf(route), route] as const);

function send(route: HubRoute, path: string, options: SendOptions = {}): Promise<Reply> {
  const authorization = isOfClient(route) ? { authorization: deviceToken } : {};
  return http.send(route.method, path, { ...authorization, ...options });
}

/** These errors report each item in a document of their own. */
const IN_BULK: readonly HubErrorName[] = [
  'BulkRegistryOperationFailure',
  'BulkRegenerateDeviceKeyOperationFailure',
];

function expectError(reply: Reply, error: HubErrorName): void {
  expect([reply.status, reply.headers['iothub-errorcode']]).toEqual([httpStatusOf(error), error]);
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  const { Message, ExceptionMessage, errors } = reply.body;
  if (IN_BULK.includes(error)) {
    expect(errors).toMatchObject([{ errorCode: expect.any(Number), errorStatus: expect.any(String) }]);
    return;
  }
  if (Message.startsWith('{')) {
    expect(JSON.parse(Message).errorCode).toBe(HUB_ERRORS[error]);
    expect(JSON.parse(Message).message).not.toBe('');
    expect(ExceptionMessage).toBe('');
  } else {
    expect(Message).toMatch(new RegExp(`^ErrorCode:${error};[^;]+$`));
    expect(ExceptionMessage).toMatch(/^Tracking ID:/);
  }
}

/** Returns the name of a policy that has none of the permissions. */
function policyWithout(permissions: readonly Permission[]): string {
  const policy = Object.entries(DEFAULT_POLICIES).find(
    ([, own]) => !permissions.some((right) => own.includes(right)),
  );
  return policy?.[0] ?? 'nobody';
}

function casesOf(...kinds: readonly ('missing' | 'conflicting' | 'malformed')[]) {
  return working.flatMap((route) =>
    kinds.flatMap((kind) => {
      const cases = ERROR_PATHS[keyOf(route)]?.[kind] ?? [];
      const list: readonly ErrorCase[] = typeof cases === 'string' ? [] : [cases].flat();
      return list.map((each) => [keyOf(route), describeCase(each), route, each] as const);
    }),
  );
}

function describeCase({ path, headers, body, error }: ErrorCase): string {
  const content = body instanceof Uint8Array ? body.toString() : JSON.stringify(body);
  return [path, JSON.stringify(headers), content?.slice(0, 60), error].filter(Boolean).join(' ');
}

it('every supported operation has its failures in the table', () => {
  expect(Object.keys(ERROR_PATHS).sort()).toEqual(working.map(keyOf).sort());
});

describe('a request without a permission', () => {
  it.each(rowsOf(working))('is refused: %s', async (key, route) => {
    const path = ERROR_PATHS[key]?.path ?? '';
    const error = isOfClient(route) ? 'IotHubUnauthorized' : 'IotHubUnauthorizedAccess';
    expectError(await http.send(route.method, path, { authorization: null }), error);
    expectError(await http.send(route.method, path, { policy: policyWithout(route.permissions) }), error);
  });
});

describe('a request for something that is missing or in conflict', () => {
  it.each(casesOf('missing', 'conflicting'))(
    'is an error: %s: %s',
    async (key, _title, route, { path, error, ...options }) => {
      expectError(await send(route, path ?? ERROR_PATHS[key]?.path ?? '', options), error);
    },
  );
});

describe('a malformed request', () => {
  it.each(casesOf('malformed'))(
    'is an error: %s: %s',
    async (key, _title, route, { path, error, ...options }) => {
      expectError(await send(route, path ?? ERROR_PATHS[key]?.path ?? '', options), error);
    },
  );
});

describe('a body that is too large', () => {
  it.each(rowsOf(working))('is refused: %s', async (key, route) => {
    const body = Buffer.alloc((route.maximumBodyBytes ?? 1_048_576) + 1, 0x20);
    expectError(await send(route, ERROR_PATHS[key]?.path ?? '', { body }), 'MessageTooLarge');
  });
});

describe('an operation that is not supported', () => {
  it('is answered with 501, because clients read a 404 as a device that does not exist', async () => {
    const reply = await http.send('GET', '/configurations/c');
    expect([reply.status, reply.reason, reply.headers['iothub-errorcode']]).toEqual([
      501,
      'Not Implemented',
      'FeatureNotSupported',
    ]);
    expect(reply.body.Message).toMatch(/^ErrorCode:FeatureNotSupported;/);
  });

  const filled = (path: string) =>
    path.replaceAll(':deviceId', 'd').replaceAll(':moduleId', 'm').replaceAll(':', '');

  it.each(rowsOf(refused.filter((route) => !isOfClient(route))))(
    'is refused by name: %s',
    async (_key, route) => {
      const reply = await http.send(route.method, filled(route.path), { body: {} });
      expectError(reply, 'FeatureNotSupported');
      expect(reply.body.Message).toContain(route.meaning);
      const path = filled(route.path);
      const line = http.logLines.find(({ event, fields }) => {
        return (
          event === 'operation-not-supported' && fields['path'] === path && fields['method'] === route.method
        );
      });
      expect(line).toMatchObject({
        level: 'warn',
        fields: { operation: route.operation, errorCode: 'FeatureNotSupported', message: expect.any(String) },
      });
    },
  );

  it.each(rowsOf(refused.filter(isOfClient)))('is refused by name for a device: %s', async (_key, route) => {
    const reply = await http.send(route.method, filled(route.path), { policy: 'device', body: {} });
    expectError(reply, 'FeatureNotSupported');
  });
});

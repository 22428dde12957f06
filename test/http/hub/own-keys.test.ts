import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { HOST_NAME } from '../https-client.ts';

const keyOf = (clientId: string) => Buffer.from(`key of ${clientId}`.padEnd(32)).toString('base64');
const PARAMETERS: Readonly<Record<string, string>> = { ':deviceId': 'd', ':moduleId': 'm' };

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  for (const path of ['/devices/d', '/devices/d/modules/m']) {
    const symmetricKey = { primaryKey: keyOf(path), secondaryKey: keyOf(`${path} 2`) };
    const body = { authentication: { type: 'sas', symmetricKey } };
    expect((await http.send('PUT', path, { body })).status).toBeLessThan(300);
  }
});
afterAll(() => http[Symbol.asyncDispose]());

describe('token of the whole hub, signed with the key of a client', () => {
  const sharedWithModules = ROUTES.filter(({ callers }) => callers.includes('module'));
  const sharedWithDevices = ROUTES.filter(({ callers }) => callers.includes('device'));
  const ofService = ROUTES.filter(({ callers }) => callers.every((caller) => caller === 'service'));

  async function statusesOf(
    routes: typeof ROUTES,
    path: string,
  ): Promise<readonly (readonly [string, number])[]> {
    const expirySeconds = Math.floor(Date.now() / 1000) + 60;
    const authorization = formatSasToken({ resource: HOST_NAME, key: keyOf(path), expirySeconds });
    const statuses: [string, number][] = [];
    for (const route of routes) {
      const target = route.path.replace(/:\w+/g, (name) => PARAMETERS[name] ?? 'x').replace(/\?/, '?x&');
      const { status } = await http.send(route.method, target, { authorization, body: {} });
      statuses.push([`${route.method} ${route.path}`, status]);
    }
    return statuses;
  }

  it.each(['/devices/d', '/devices/d/modules/m'])('opens no route of back ends: %s', async (path) => {
    expect(ofService.length).toBeGreaterThan(30);
    for (const [route, status] of await statusesOf(ofService, path))
      expect([route, status]).toEqual([route, 401]);
  });

  it('opens no route of its device if a module signed it', async () => {
    expect(sharedWithDevices.length).toBeGreaterThan(5);
    const statuses = await statusesOf(sharedWithDevices, '/devices/d/modules/m');
    for (const [route, status] of statuses) expect([route, status]).toEqual([route, 401]);
  });

  it('opens no method of a module that the request does not name as its caller', async () => {
    const methods = sharedWithModules.filter(({ callers }) => callers.includes('service'));
    for (const path of ['/devices/d', '/devices/d/modules/m'])
      for (const [route, status] of await statusesOf(methods, path))
        expect([route, status]).toEqual([route, 401]);
  });
});

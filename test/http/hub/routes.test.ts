import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { parseRequestTarget } from '../../../emulator/http/wire/request-target.ts';
import { createRouteTable } from '../../../emulator/http/wire/route-table.ts';

const findRoute = createRouteTable(ROUTES);

describe('the route table', () => {
  it.each<[string, string, string, Record<string, string>]>([
    ['GET', '/devices', '/devices', {}],
    ['GET', '/devices/', '/devices', {}],
    ['GET', '/Devices/MyDevice', '/devices/:deviceId', { deviceId: 'MyDevice' }],
    ['GET', '/devices/query', '/devices/:deviceId', { deviceId: 'query' }],
    ['GET', '/devices/a/MODULES/b', '/devices/:deviceId/modules/:moduleId', { deviceId: 'a', moduleId: 'b' }],
    [
      'PATCH',
      '/twins%2Fa%2Fmodules%2Fb',
      '/twins/:deviceId/modules/:moduleId',
      { deviceId: 'a', moduleId: 'b' },
    ],
    ['PUT', '/devices/invalid%2Fname', '/devices/:deviceId', { deviceId: 'invalid/name' }],
    ['PUT', '/devices/__proto__', '/devices/:deviceId', { deviceId: '__proto__' }],
  ])('leads %s %s to %s', (method, path, pattern, parameters) => {
    const match = findRoute(method, parseRequestTarget(path));
    if (match.kind !== 'route') throw new Error(`no route but ${match.kind}`);
    expect(match.route.path).toBe(pattern);
    expect(match.parameters).toEqual(parameters);
  });

  it.each([
    ['GET', '/'],
    ['GET', '/nothing'],
    ['PUT', '/devices/a/b'],
    ['GET', '/twins'],
  ])('has no route for %s %s', (method, path) => {
    expect(findRoute(method, parseRequestTarget(path))).toEqual({ kind: 'none' });
  });

  it('names the methods that a path supports', () => {
    expect(findRoute('POST', parseRequestTarget('/twins/a'))).toEqual({
      kind: 'otherMethods',
      methods: ['GET', 'PATCH', 'PUT'],
    });
  });

  it('has no two routes with the same method and path', () => {
    const keys = ROUTES.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':').toLowerCase()}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

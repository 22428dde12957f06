import type iothub from 'azure-iothub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;
let registry: iothub.Registry;

beforeEach(async () => {
  http = await startHttpHub();
  registry = http.registry();
});
afterEach(() => http[Symbol.asyncDispose]());

describe('a query', () => {
  beforeEach(() => registry.addDevices(['a', 'b', 'c'].map((deviceId) => ({ deviceId }))));

  it('returns twins page by page to the Node service client, and ends', async () => {
    const query = registry.createQuery('SELECT * FROM devices', 2);
    const pages: string[][] = [];
    while (query.hasMoreResults) {
      pages.push((await query.nextAsTwin()).result.map((twin) => twin.deviceId));
    }
    expect(pages).toEqual([['a', 'b'], ['c']]);
  });

  it('names its item type, and omits the continuation on the last page', async () => {
    const ask = (query: string, headers: Record<string, string> = {}) =>
      http.send('POST', '/devices/query', { headers, body: { Query: query } });
    const all = await ask('SELECT * FROM devices');
    expect(all.headers['x-ms-item-type']).toBe('Twin');
    expect(all.rawHeaders).not.toContain('x-ms-continuation');
    expect(all.body[0]).toMatchObject({ x509Thumbprint: { primaryThumbprint: null }, modelId: '' });
    const empty = await ask("SELECT * FROM devices WHERE deviceId = 'z'");
    expect(empty).toMatchObject({ text: '[]', headers: { 'x-ms-item-type': 'Twin' } });
    const raw = await ask('SELECT COUNT() AS count FROM devices');
    expect(raw).toMatchObject({ body: [{ count: 3 }], headers: { 'x-ms-item-type': 'Raw' } });
    const page = await ask('SELECT * FROM devices', { 'x-ms-max-item-count': '1' });
    expect(page.body).toHaveLength(1);
    const token = page.headers['x-ms-continuation'] ?? '';
    const next = await ask('SELECT * FROM devices', {
      'x-ms-max-item-count': '1',
      'x-ms-continuation': token,
    });
    expect(next.body[0].deviceId).toBe('b');
    expect((await ask('SELECT * FROM devices.modules', { 'x-ms-continuation': token })).status).toBe(400);
  });

  it('omits the model id at an api-version that does not have it', async () => {
    const body = { query: 'SELECT * FROM devices' };
    const reply = await http.send('POST', '/devices/query?api-version=2020-03-13', { body });
    expect(reply.body[0]).not.toHaveProperty('modelId');
  });

  it('needs the permission to read the registry', async () => {
    const body = { query: 'SELECT * FROM devices' };
    expect((await http.send('POST', '/devices/query', { body, policy: 'service' })).status).toBe(401);
    expect((await http.send('POST', '/devices/query', { body, policy: 'registryRead' })).status).toBe(200);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: { deviceId: 'd' } });
});
afterAll(() => http[Symbol.asyncDispose]());

/** Returns the member names of a body in the order in which they are written. */
function namesOf(text: string): string[] {
  return Object.keys(JSON.parse(text));
}

describe('a device identity', () => {
  it('is created with 200; "never" has no Z, parentScopes is present, and type follows keys and thumbprints', async () => {
    const reply = await http.send('PUT', '/devices/fresh', { body: { deviceId: 'fresh' } });
    expect(reply.status).toBe(200);
    expect(namesOf(reply.text)).toEqual([
      'deviceId',
      'generationId',
      'etag',
      'connectionState',
      'status',
      'statusReason',
      'connectionStateUpdatedTime',
      'statusUpdatedTime',
      'lastActivityTime',
      'cloudToDeviceMessageCount',
      'authentication',
      'capabilities',
      'parentScopes',
    ]);
    expect(Object.keys(reply.body.authentication)).toEqual(['symmetricKey', 'x509Thumbprint', 'type']);
    expect(reply.body).toMatchObject({
      connectionStateUpdatedTime: '0001-01-01T00:00:00',
      statusUpdatedTime: '0001-01-01T00:00:00',
      lastActivityTime: '0001-01-01T00:00:00',
      statusReason: null,
      parentScopes: [],
    });
    expect(reply.headers['etag']).toBe(`"${reply.body.etag}"`);
    expect(Buffer.from(reply.body.etag, 'base64').toString()).toMatch(/^\d+$/);
  });

  it('is read with Z, and without parent scopes if it has none', async () => {
    const reply = await http.send('GET', '/devices/fresh');
    expect(reply.body).toMatchObject({ statusUpdatedTime: '0001-01-01T00:00:00Z' });
    expect(reply.body).not.toHaveProperty('parentScopes');
    expect(reply.body).not.toHaveProperty('deviceScope');
  });

  it('is updated, with parent scopes in the answer only if the request names them', async () => {
    const headers = { 'If-Match': '*' };
    const without = await http.send('PUT', '/devices/fresh', { headers, body: {} });
    expect(without.body).not.toHaveProperty('parentScopes');
    const withThem = await http.send('PUT', '/devices/fresh', { headers, body: { parentScopes: [] } });
    expect(withThem.body.parentScopes).toEqual([]);
    expect(withThem.body.lastActivityTime).toBe('0001-01-01T00:00:00Z');
  });

  it.each<[string, string, number]>([
    ['the quoted etag', '"ETAG"', 200],
    ['the bare etag', 'ETAG', 200],
    ['a quoted star', '"*"', 200],
    ['another quoted etag', '"AAAA"', 412],
    ['another bare etag', 'AAAA', 412],
    ['an empty etag in quotes, which means create', '""', 409],
  ])('is updated by If-Match: %s', async (_title, header, status) => {
    const { etag } = (await http.send('GET', '/devices/fresh')).body;
    const headers = { 'If-Match': header.replace('ETAG', etag) };
    const reply = await http.send('PUT', '/devices/fresh', { headers, body: { etag: 'ignored' } });
    expect(reply.status).toBe(status);
  });

  it('cannot be deleted without an etag', async () => {
    const reply = await http.send('DELETE', '/devices/fresh');
    expect(reply.status).toBe(412);
    expect(reply.body.Message).toBe('ErrorCode:PreconditionFailed;Etag missing');
  });

  it.each([
    ['top=2', 2],
    ['top=0', 3],
    ['top=-1', 3],
    ['top=abc', 3],
    ['top=1001', 3],
  ])('is listed with %s', async (query, count) => {
    await using other = await startHttpHub();
    for (const id of ['a', 'b', 'c']) await other.send('PUT', `/devices/${id}`, { body: {} });
    const reply = await other.send('GET', `/devices/?${query}`);
    expect(reply.body).toHaveLength(count);
    expect(reply.headers['etag']).toBeUndefined();
  });
});

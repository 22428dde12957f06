import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: { deviceId: 'd' } });
});
afterAll(() => http[Symbol.asyncDispose]());

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TRACKING = /^Tracking ID:[0-9a-f]{32}(-G:\d+)?-TimeStamp:\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/;

describe('an answer', () => {
  it.each([
    ['GET', '/devices/d', 200],
    ['GET', '/devices', 200],
    ['GET', '/twins/d', 200],
    ['GET', '/devices/nobody', 404],
    ['GET', '/nowhere', 404],
    ['POST', '/twins/d', 405],
  ])('has a request id, Vary, a length and JSON for %s %s', async (method, path, status) => {
    const reply = await http.send(method, path);
    expect(reply.status).toBe(status);
    expect(reply.headers['x-ms-request-id']).toMatch(GUID);
    expect(reply.headers['vary']).toBe('Origin');
    expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(reply.text)));
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.headers['x-powered-by']).toBeUndefined();
    expect(reply.headers['transfer-encoding']).toBeUndefined();
  });

  it('is 204 with a length of 0 and no body after a delete', async () => {
    await http.send('PUT', '/devices/gone', { body: {} });
    const reply = await http.send('DELETE', '/devices/gone', { headers: { 'If-Match': '*' } });
    expect(reply).toMatchObject({ status: 204, reason: 'No Content', text: '' });
    expect(reply.headers['content-length']).toBe('0');
    expect(reply.headers['content-type']).toBeUndefined();
  });

  it('has the standard reason phrase, the error name in a header and a tracking id if the request fails', async () => {
    const reply = await http.send('GET', '/devices/nobody');
    expect(reply.reason).toBe('Not Found');
    expect(reply.headers['iothub-errorcode']).toBe('DeviceNotFound');
    expect(reply.body.Message).toBe('ErrorCode:DeviceNotFound;nobody');
    expect(reply.body.ExceptionMessage).toMatch(TRACKING);
  });
});

describe('a request', () => {
  it.each([
    ['GET', '/DEVICES/d'],
    ['GET', '/twins/d/'],
    ['GET', '/twins%2Fd'],
    ['GET', '/twins%2fd'],
  ])('is routed in every spelling of the path: %s %s', async (method, path) => {
    expect((await http.send(method, path)).body.deviceId).toBe('d');
  });

  it('can name PATCH in a header, as the Java client does', async () => {
    const headers = { 'X-HTTP-Method-Override': 'PATCH' };
    const reply = await http.send('POST', '/twins/d', { headers, body: { tags: { java: true } } });
    expect(reply.body.tags.java).toBe(true);
  });

  it('can have an absolute target', async () => {
    const reply = await http.send('GET', 'https://myhub.azure-devices.net/twins/d?api-version=2021-04-12');
    expect(reply.body.deviceId).toBe('d');
  });

  it('can begin its JSON with a byte order mark', async () => {
    const reply = await http.send('PATCH', '/twins/d', { body: '\ufeff{"tags":{"mark":true}}' });
    expect(reply.body.tags.mark).toBe(true);
  });

  it.each([
    '2016-11-14',
    '2017-11-08-preview',
    '2018-06-30',
    '2020-05-31-preview',
    '2020-09-30',
    '2021-04-12',
    '2024-03-31',
  ])('can use the api-version %s', async (version) => {
    expect((await http.send('GET', `/devices/d?api-version=${version}`)).status).toBe(200);
  });

  it.each(['/devices/d?api-version=', '/devices/d?api-version=2018-06', '/devices/d?x=api-version'])(
    'is refused before authentication if the api-version is missing or malformed: %s',
    async (path) => {
      const reply = await http.send('GET', path, { authorization: null });
      expect(reply.status).toBe(400);
      expect(reply.headers['iothub-errorcode']).toBe('InvalidProtocolVersion');
      expect(reply.body.Message).toBe('ErrorCode:InvalidProtocolVersion;BadRequest');
    },
  );

  it('gets the supported methods if the path does not support its own', async () => {
    const reply = await http.send('POST', '/twins/d');
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe('GET, PATCH, PUT');
    expect(reply.headers['iothub-errorcode']).toBe('GenericMethodNotAllowed');
    const refusedBefore = await http.send('POST', '/twins/d?api-version=');
    expect(refusedBefore.status).toBe(400);
    expect(refusedBefore.headers['allow']).toBeUndefined();
  });
});

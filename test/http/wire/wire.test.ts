import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority } from '../../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../../emulator/certificates/issue.ts';
import { clientToken, type HttpHub, serviceToken, startHttpHub } from '../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: { deviceId: 'd' } });
});
afterAll(() => http[Symbol.asyncDispose]());

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TRACKING = /^Tracking ID:[0-9a-f]{32}(-G:\d+)?-TimeStamp:\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d$/;

/** A body's member names in the order in which they are written. */
function namesOf(text: string): string[] {
  return Object.keys(JSON.parse(text));
}

describe('every answer', () => {
  test.each([
    ['GET', '/devices/d', 200],
    ['GET', '/devices', 200],
    ['GET', '/twins/d', 200],
    ['GET', '/devices/nobody', 404],
    ['GET', '/nowhere', 404],
    ['POST', '/twins/d', 405],
  ])('of %s %s bears a request id, Vary, its length and JSON', async (method, path, status) => {
    const reply = await http.send(method, path);
    expect(reply.status).toBe(status);
    expect(reply.headers['x-ms-request-id']).toMatch(GUID);
    expect(reply.headers['vary']).toBe('Origin');
    expect(reply.headers['content-length']).toBe(String(Buffer.byteLength(reply.text)));
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.headers['x-powered-by']).toBeUndefined();
    expect(reply.headers['transfer-encoding']).toBeUndefined();
  });

  test('of a deletion is 204 with a length of zero and no body', async () => {
    await http.send('PUT', '/devices/gone', { body: {} });
    const reply = await http.send('DELETE', '/devices/gone', { headers: { 'If-Match': '*' } });
    expect(reply).toMatchObject({ status: 204, reason: 'No Content', text: '' });
    expect(reply.headers['content-length']).toBe('0');
    expect(reply.headers['content-type']).toBeUndefined();
  });

  test('that fails has the standard reason phrase, the name in a header, and a tracking id', async () => {
    const reply = await http.send('GET', '/devices/nobody');
    expect(reply.reason).toBe('Not Found');
    expect(reply.headers['iothub-errorcode']).toBe('DeviceNotFound');
    expect(reply.body.Message).toBe('ErrorCode:DeviceNotFound;nobody');
    expect(reply.body.ExceptionMessage).toMatch(TRACKING);
  });
});

describe('a device identity on the wire', () => {
  test('is created by 200, with "never" without its Z, parent scopes, and the type behind keys and thumbprints', async () => {
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

  test('is read with Z and without the parent scopes that it does not have', async () => {
    const reply = await http.send('GET', '/devices/fresh');
    expect(reply.body).toMatchObject({ statusUpdatedTime: '0001-01-01T00:00:00Z' });
    expect(reply.body).not.toHaveProperty('parentScopes');
    expect(reply.body).not.toHaveProperty('deviceScope');
  });

  test('is updated with parent scopes in the answer only where the request had them', async () => {
    const headers = { 'If-Match': '*' };
    const without = await http.send('PUT', '/devices/fresh', { headers, body: {} });
    expect(without.body).not.toHaveProperty('parentScopes');
    const withThem = await http.send('PUT', '/devices/fresh', { headers, body: { parentScopes: [] } });
    expect(withThem.body.parentScopes).toEqual([]);
    expect(withThem.body.lastActivityTime).toBe('0001-01-01T00:00:00Z');
  });

  test.each<[string, string, number]>([
    ['the quoted etag', '"ETAG"', 200],
    ['the bare etag', 'ETAG', 200],
    ['a quoted star', '"*"', 200],
    ['another quoted etag', '"AAAA"', 412],
    ['another bare etag', 'AAAA', 412],
    ['an empty quoted etag, which means create', '""', 409],
  ])('takes in If-Match %s', async (_title, header, status) => {
    const { etag } = (await http.send('GET', '/devices/fresh')).body;
    const headers = { 'If-Match': header.replace('ETAG', etag) };
    const reply = await http.send('PUT', '/devices/fresh', { headers, body: { etag: 'ignored' } });
    expect(reply.status).toBe(status);
  });

  test('is not deleted without an etag', async () => {
    const reply = await http.send('DELETE', '/devices/fresh');
    expect(reply.status).toBe(412);
    expect(reply.body.Message).toBe('ErrorCode:PreconditionFailed;Etag missing');
  });

  test.each([
    ['top=2', 2],
    ['top=0', 3],
    ['top=-1', 3],
    ['top=abc', 3],
    ['top=1001', 3],
  ])('is listed by %s', async (query, count) => {
    await using other = await startHttpHub();
    for (const id of ['a', 'b', 'c']) await other.send('PUT', `/devices/${id}`, { body: {} });
    const reply = await other.send('GET', `/devices/?${query}`);
    expect(reply.body).toHaveLength(count);
    expect(reply.headers['etag']).toBeUndefined();
  });
});

describe('a twin on the wire', () => {
  test('has its own etag in the body and none in the headers', async () => {
    const reply = await http.send('GET', '/twins/d');
    expect(reply.body).toMatchObject({ etag: 'AAAAAAAAAAE=', version: 2 });
    expect(reply.headers['etag']).toBeUndefined();
  });

  test.each<[string, string | undefined, number]>([
    ['nothing', undefined, 200],
    ['a star', '*', 200],
    ['a bare etag that is wrong, for a bare one is ignored', 'abc', 200],
    ['a quoted etag that is wrong', '"abc"', 412],
  ])('takes in If-Match %s', async (_title, header, status) => {
    const headers = header === undefined ? {} : { 'If-Match': header };
    const reply = await http.send('PATCH', '/twins/d', { headers, body: { tags: { a: 1 } } });
    expect(reply.status).toBe(status);
    if (status === 412) {
      expect(reply.body.Message).toBe("ErrorCode:PreconditionFailed;ETag mismatch for device ID 'd'");
      expect(reply.body.ExceptionMessage).not.toContain('-G:');
    }
  });

  test('gives number text back as it was written', async () => {
    const body = '{"properties":{"desired":{"a":1.0,"b":1e3,"c":1,"d":-0.50}}}';
    const reply = await http.send('PATCH', '/twins/d', { body });
    expect(reply.text).toContain('"a":1.0,"b":1e3,"c":1,"d":-0.50');
  });
});

describe('a request of any client', () => {
  test.each([
    ['GET', '/DEVICES/d'],
    ['GET', '/twins/d/'],
    ['GET', '/twins%2Fd'],
    ['GET', '/twins%2fd'],
  ])('finds its way: %s %s', async (method, path) => {
    expect((await http.send(method, path)).body.deviceId).toBe('d');
  });

  test('may say PATCH in a header, as Java does', async () => {
    const headers = { 'X-HTTP-Method-Override': 'PATCH' };
    const reply = await http.send('POST', '/twins/d', { headers, body: { tags: { java: true } } });
    expect(reply.body.tags.java).toBe(true);
  });

  test('may send an absolute target', async () => {
    const reply = await http.send('GET', 'https://myhub.azure-devices.net/twins/d?api-version=2021-04-12');
    expect(reply.body.deviceId).toBe('d');
  });

  test('may begin its JSON with a byte order mark', async () => {
    const reply = await http.send('PATCH', '/twins/d', { body: '\ufeff{"tags":{"mark":true}}' });
    expect(reply.body.tags.mark).toBe(true);
  });

  test.each([
    '2016-11-14',
    '2017-11-08-preview',
    '2018-06-30',
    '2020-05-31-preview',
    '2020-09-30',
    '2021-04-12',
    '2024-03-31',
  ])('may speak the api-version %s', async (version) => {
    expect((await http.send('GET', `/devices/d?api-version=${version}`)).status).toBe(200);
  });

  test.each(['/devices/d?api-version=', '/devices/d?api-version=2018-06', '/devices/d?x=api-version'])(
    'without a known api-version is refused before it is asked who it is: %s',
    async (path) => {
      const reply = await http.send('GET', path, { authorization: null });
      expect(reply.status).toBe(400);
      expect(reply.headers['iothub-errorcode']).toBe('InvalidProtocolVersion');
      expect(reply.body.Message).toBe('ErrorCode:InvalidProtocolVersion;BadRequest');
    },
  );

  test('to a path that takes other methods is told which', async () => {
    const reply = await http.send('POST', '/twins/d');
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe('GET, PATCH, PUT');
    expect(reply.headers['iothub-errorcode']).toBe('GenericMethodNotAllowed');
  });
});

describe('who may ask', () => {
  test.each<[string, string | null, number]>([
    ['nobody', null, 401],
    ['a token that is none', 'SharedAccessSignature nonsense', 401],
    ['another scheme', 'Basic dTpw', 401],
    ['an Entra token', 'Bearer abc.def.ghi', 200],
    ['a token for the devices', serviceToken('iothubowner', '127.0.0.1/devices'), 200],
    ['a token for this device', serviceToken('iothubowner', '127.0.0.1/devices/d'), 200],
    ['a token for another device', serviceToken('iothubowner', '127.0.0.1/devices/dd'), 401],
    ['a token for another hub', serviceToken('iothubowner', 'other.azure-devices.net'), 401],
    ['an unknown policy', serviceToken('nobody'), 401],
    ['a policy without the right', serviceToken('service'), 401],
  ])('%s', async (_title, authorization, status) => {
    const reply = await http.send('GET', '/devices/d', { authorization });
    expect(reply.status).toBe(status);
    if (status === 401) {
      expect(reply.headers['iothub-errorcode']).toBe('IotHubUnauthorizedAccess');
      expect(reply.body.Message).toBe('ErrorCode:IotHubUnauthorizedAccess;Unauthorized');
      expect(http.logLines.at(-2)?.fields['reason'] ?? http.logLines.at(-1)?.fields['reason']).toBeDefined();
    }
  });
});

describe('module identities', () => {
  test('are answered without an ETag header', async () => {
    const created = await http.send('PUT', '/devices/d/modules/m', {
      body: { moduleId: 'm', deviceId: 'd' },
    });
    expect(created.status).toBe(200);
    expect(created.headers['etag']).toBeUndefined();
    expect(namesOf(created.text)).toEqual([
      'moduleId',
      'managedBy',
      'deviceId',
      'generationId',
      'etag',
      'connectionState',
      'connectionStateUpdatedTime',
      'lastActivityTime',
      'cloudToDeviceMessageCount',
      'authentication',
    ]);
    expect(created.body).toMatchObject({ managedBy: null, lastActivityTime: '0001-01-01T00:00:00' });
    const read = await http.send('GET', '/devices/d/modules/m');
    expect(read.body.lastActivityTime).toBe('0001-01-01T00:00:00Z');
    expect(read.headers['etag']).toBeUndefined();
  });

  test('that exist already are told in the JSON form, as aziot-identityd reads it', async () => {
    const reply = await http.send('PUT', '/devices/d/modules/m', { body: {} });
    expect(reply.status).toBe(409);
    expect(reply.headers['iothub-errorcode']).toBe('ModuleAlreadyExistsOnDevice');
    expect(reply.body.ExceptionMessage).toBe('');
    expect(JSON.parse(reply.body.Message)).toMatchObject({
      errorCode: 409301,
      message: 'Device d in IotHub 127.0.0.1 already contains Module m.',
    });
  });

  test.each([
    ['GET', '/devices/nobody/modules'],
    ['GET', '/devices/nobody/modules/m'],
    ['PUT', '/devices/nobody/modules/m'],
    ['DELETE', '/devices/nobody/modules/m'],
  ])('of a missing device are 401 in the JSON form: %s %s', async (method, path) => {
    const reply = await http.send(method, path, { headers: { 'If-Match': '*' }, body: {} });
    expect(reply.status).toBe(401);
    expect(reply.headers['iothub-errorcode']).toBe('IotHubUnauthorizedAccess');
    expect(JSON.parse(reply.body.Message).errorCode).toBe(401002);
  });

  test('that are missing are told in the text form', async () => {
    const reply = await http.send('GET', '/devices/d/modules/nobody');
    expect(reply.status).toBe(404);
    expect(reply.body.Message).toBe(
      'ErrorCode:ModuleNotFound;Device d Module nobody at IotHub 127.0.0.1 not registered.',
    );
  });

  test('may be managed with the key of their device, as aziot-identityd does', async () => {
    const { authentication } = (await http.send('GET', '/devices/d')).body;
    const authorization = clientToken('d', authentication.symmetricKey.primaryKey);
    const ask = (method: string, path: string, more: object = {}) =>
      http.send(method, `${path}?api-version=2017-11-08-preview`, { authorization, ...more });
    const body = { moduleId: 'own', deviceId: 'd', managedBy: 'aziot', authentication: { type: 'sas' } };
    const created = await ask('PUT', '/devices/d/modules/own', { body });
    expect(created).toMatchObject({ status: 200, body: { managedBy: 'aziot' } });
    expect((await ask('GET', '/devices/d/modules')).body.length).toBeGreaterThan(0);
    expect((await ask('GET', '/devices/d/modules/own')).status).toBe(200);
    const headers = { 'If-Match': '*' };
    expect((await ask('PUT', '/devices/d/modules/own', { body, headers })).status).toBe(200);
    expect((await ask('DELETE', '/devices/d/modules/own', { headers })).status).toBe(204);
    expect((await ask('GET', '/devices/d')).status).toBe(401);
    expect((await ask('GET', '/twins/d')).status).toBe(401);
  });

  test('may not be managed with the key of another device, nor with their own', async () => {
    const other = (await http.send('PUT', '/devices/other', { body: {} })).body;
    const authorization = clientToken('other', other.authentication.symmetricKey.primaryKey);
    expect((await http.send('GET', '/devices/d/modules', { authorization })).status).toBe(401);
    const module = (await http.send('GET', '/devices/d/modules/m')).body;
    const own = clientToken('d/m', module.authentication.symmetricKey.primaryKey);
    expect((await http.send('GET', '/devices/d/modules', { authorization: own })).status).toBe(401);
  });

  test('may be managed with the certificate of their device', async () => {
    const now = Date.now();
    const authority = await createAuthority(now);
    await using trusting = await startHttpHub({ trustedAuthorities: [authority.certificatePem] });
    const authentication = { type: 'certificateAuthority' };
    await trusting.send('PUT', '/devices/x', { body: { authentication } });
    await trusting.send('PUT', '/devices/y', { body: { authentication } });
    const issued = await issueCertificate({
      commonNames: ['x'],
      validFrom: now - 60_000,
      validTo: now + 60_000,
      use: 'client',
      issuer: authority,
    });
    const certificate = { cert: issued.certificatePem, key: issued.keyPem };
    const ask = (path: string) => trusting.send('GET', path, { authorization: null, certificate });
    expect((await ask('/devices/x/modules')).status).toBe(200);
    expect((await ask('/devices/y/modules')).status).toBe(401);
    expect((await ask('/devices/x')).status).toBe(401);
  });
});

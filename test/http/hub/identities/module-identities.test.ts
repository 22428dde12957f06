import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../../../emulator/certificates/issue.ts';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';
import { clientToken } from '../../https-client.ts';

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

describe('a module identity', () => {
  it('is answered without an ETag header', async () => {
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

  it('returns an error in the JSON form if it exists already, because aziot-identityd reads it', async () => {
    const reply = await http.send('PUT', '/devices/d/modules/m', { body: {} });
    expect(reply.status).toBe(409);
    expect(reply.headers['iothub-errorcode']).toBe('ModuleAlreadyExistsOnDevice');
    expect(reply.body.ExceptionMessage).toBe('');
    expect(JSON.parse(reply.body.Message)).toMatchObject({
      errorCode: 409301,
      message: 'Device d in IotHub 127.0.0.1 already contains Module m.',
    });
  });

  it.each([
    ['GET', '/devices/nobody/modules'],
    ['GET', '/devices/nobody/modules/m'],
    ['PUT', '/devices/nobody/modules/m'],
    ['DELETE', '/devices/nobody/modules/m'],
  ])('returns 401 in the JSON form if its device is missing: %s %s', async (method, path) => {
    const reply = await http.send(method, path, { headers: { 'If-Match': '*' }, body: {} });
    expect(reply.status).toBe(401);
    expect(reply.headers['iothub-errorcode']).toBe('IotHubUnauthorizedAccess');
    expect(JSON.parse(reply.body.Message).errorCode).toBe(401002);
  });

  it('returns an error in the text form if it is missing', async () => {
    const reply = await http.send('GET', '/devices/d/modules/nobody');
    expect(reply.status).toBe(404);
    expect(reply.body.Message).toBe(
      'ErrorCode:ModuleNotFound;Device d Module nobody at IotHub 127.0.0.1 not registered.',
    );
  });

  it('can be managed with the key of its device, as aziot-identityd does', async () => {
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

  it('cannot be managed with the key of another device, nor with its own', async () => {
    const other = (await http.send('PUT', '/devices/other', { body: {} })).body;
    const authorization = clientToken('other', other.authentication.symmetricKey.primaryKey);
    expect((await http.send('GET', '/devices/d/modules', { authorization })).status).toBe(401);
    const module = (await http.send('GET', '/devices/d/modules/m')).body;
    const own = clientToken('d/m', module.authentication.symmetricKey.primaryKey);
    expect((await http.send('GET', '/devices/d/modules', { authorization: own })).status).toBe(401);
  });

  it('can be managed with the certificate of its device', async () => {
    const now = Date.now();
    const authority = await createAuthority(now);
    await using trusting = await startHttpHub({ trustedAuthorities: [authority.certificatePem] });
    const authentication = { type: 'certificateAuthority' };
    await trusting.send('PUT', '/devices/x', { body: { authentication } });
    await trusting.send('PUT', '/devices/y', { body: { authentication } });
    const issued = await issueCertificate({
      commonName: 'x',
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

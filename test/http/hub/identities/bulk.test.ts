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

const devices = (...ids: readonly string[]) => ids.map((deviceId) => ({ deviceId }));

describe('a bulk operation', () => {
  it('registers, updates and removes many devices through the Node service client', async () => {
    const added = (await registry.addDevices(devices('a', 'b'))).responseBody;
    expect(added).toEqual({ isSuccessful: true, errors: [], warnings: [] });
    const disabled = devices('a', 'b').map((device) => ({ ...device, status: 'disabled' as const }));
    expect((await registry.updateDevices(disabled, true)).responseBody.isSuccessful).toBe(true);
    expect((await registry.get('a')).responseBody.status).toBe('disabled');
    expect((await registry.removeDevices(devices('a', 'b'), true)).responseBody.isSuccessful).toBe(true);
    expect((await registry.list()).responseBody).toEqual([]);
  });

  it('performs what is possible, and reports failures with 400, the result and a header in two spellings', async () => {
    await registry.create({ deviceId: 'there' });
    const body = ['there', 'new'].map((id) => ({ id, importMode: 'create' }));
    const reply = await http.send('POST', '/devices/', { body });
    expect(reply.status).toBe(400);
    expect(reply.headers).toMatchObject({
      'iothub-errorcode': 'BulkRegistryOperationFailure',
      iothuberrorcode: 'BulkRegistryOperationFailure',
    });
    expect(reply.body).toMatchObject({
      isSuccessful: false,
      errors: [{ deviceId: 'there', errorCode: 409001 }],
      warnings: [],
    });
    expect((await registry.get('new')).responseBody.deviceId).toBe('new');
    const failure = await registry.addDevices(devices('there')).catch((error) => error);
    expect(failure.name).toBe('ArgumentError');
    expect(JSON.parse(failure.responseBody).errors).toHaveLength(1);
  });

  it('creates two modules of a device, whose twins cannot be updated in one call', async () => {
    await registry.create({ deviceId: 'a' });
    const modules = (importMode: string) =>
      ['m1', 'm2'].map((moduleId) => ({ id: 'a', moduleId, importMode, tags: { a: 1 } }));
    const created = await http.send('POST', '/devices', { body: modules('create') });
    expect(created.body).toEqual({ isSuccessful: true, errors: [], warnings: [] });
    expect((await registry.getModuleTwin('a', 'm2')).responseBody.tags).toEqual({ a: 1 });
    const updated = await http.send('POST', '/devices', { body: modules('updateTwin') });
    expect(updated).toMatchObject({
      status: 400,
      headers: { 'iothub-errorcode': 'DeviceDefinedMultipleTimes' },
    });
  });

  it('deletes as Azure IoT Explorer requests it', async () => {
    await registry.create({ deviceId: 'a' });
    const body = [{ etag: '*', id: 'a', importMode: 'deleteIfMatchEtag' }];
    expect((await http.send('POST', '/devices', { body })).body.isSuccessful).toBe(true);
  });

  it('accepts 100 twins of maximum size', async () => {
    const desired = Object.fromEntries(
      Array.from({ length: 7 }, (_value, index) => [`p${index}`, 'x'.repeat(4000)]),
    );
    const body = Array.from({ length: 100 }, (_value, index) => ({
      id: `d${index}`,
      properties: { desired },
    }));
    expect((await http.send('POST', '/devices', { body })).body.isSuccessful).toBe(true);
  });
});

describe('key regeneration', () => {
  const keysOf = async (path: string) => (await http.send('GET', path)).body.authentication.symmetricKey;
  const regenerate = (policyKey: string, ...ids: readonly object[]) =>
    http.send('POST', '/devices/keys/regenerate?api-version=2024-03-31', {
      body: { policyKey, devices: ids },
    });

  it('replaces one key or both, of devices and modules', async () => {
    await registry.create({ deviceId: 'a' });
    await registry.addModule({ deviceId: 'a', moduleId: 'm' });
    const before = await keysOf('/devices/a');
    const reply = await regenerate('primaryKey', { id: 'a' }, { id: 'a', moduleId: 'm' });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      policyKey: 'primaryKey',
      errors: [],
      rotatedKeys: [{ id: 'a' }, { moduleId: 'm' }],
    });
    const after = await keysOf('/devices/a');
    expect(after.primaryKey).not.toBe(before.primaryKey);
    expect(after.secondaryKey).toBe(before.secondaryKey);
    expect(reply.body.rotatedKeys[0].primaryKey).toBe(after.primaryKey);
  });

  it('answers 207 if some succeed and 400 if none does', async () => {
    await registry.create({ deviceId: 'a' });
    expect((await regenerate('both', { id: 'a' }, { id: 'nobody' })).status).toBe(207);
    const none = await regenerate('both', { id: 'nobody' });
    expect(none.status).toBe(400);
    expect(none.headers['iothub-errorcode']).toBe('BulkRegenerateDeviceKeyOperationFailure');
    expect(none.body.errors).toMatchObject([{ id: 'nobody', errorCode: 404001 }]);
  });
});

describe('statistics', () => {
  it('count devices but not modules', async () => {
    await registry.addDevices([{ deviceId: 'a' }, { deviceId: 'b', status: 'disabled' }]);
    await registry.addModule({ deviceId: 'a', moduleId: 'm' });
    const counted = await registry.getRegistryStatistics();
    expect(counted.responseBody).toEqual({
      totalDeviceCount: 2,
      enabledDeviceCount: 1,
      disabledDeviceCount: 1,
    });
    const connected = await http.send('GET', '/statistics/service', { policy: 'service' });
    expect(connected.text).toBe('{"connectedDeviceCount":0}');
  });
});

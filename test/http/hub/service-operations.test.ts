import iothub from 'azure-iothub';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HttpHub, restClientOf, startHttpHub } from '../http-hub.ts';

let http: HttpHub;
let registry: iothub.Registry;

beforeEach(async () => {
  http = await startHttpHub();
  registry = http.registry();
});
afterEach(() => http[Symbol.asyncDispose]());

const devices = (...ids: readonly string[]) => ids.map((deviceId) => ({ deviceId }));

describe('bulk operations', () => {
  test('register, update and remove many devices through the Node service client', async () => {
    const added = (await registry.addDevices(devices('a', 'b'))).responseBody;
    expect(added).toEqual({ isSuccessful: true, errors: [], warnings: [] });
    const disabled = devices('a', 'b').map((device) => ({ ...device, status: 'disabled' as const }));
    expect((await registry.updateDevices(disabled, true)).responseBody.isSuccessful).toBe(true);
    expect((await registry.get('a')).responseBody.status).toBe('disabled');
    expect((await registry.removeDevices(devices('a', 'b'), true)).responseBody.isSuccessful).toBe(true);
    expect((await registry.list()).responseBody).toEqual([]);
  });

  test('do what can be done, and tell of the rest by 400 with the result and a header in both spellings', async () => {
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

  test('delete as Azure IoT Explorer asks for it', async () => {
    await registry.create({ deviceId: 'a' });
    const body = [{ etag: '*', id: 'a', importMode: 'deleteIfMatchEtag' }];
    expect((await http.send('POST', '/devices', { body })).body.isSuccessful).toBe(true);
  });

  test('take a hundred twins of full size', async () => {
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

describe('queries', () => {
  beforeEach(() => registry.addDevices(devices('a', 'b', 'c')));

  test('give twins page by page to the Node service client, and end', async () => {
    const query = registry.createQuery('SELECT * FROM devices', 2);
    const pages: string[][] = [];
    while (query.hasMoreResults) {
      pages.push((await query.nextAsTwin()).result.map((twin) => twin.deviceId));
    }
    expect(pages).toEqual([['a', 'b'], ['c']]);
  });

  test('name their item type, and leave out the continuation on the last page', async () => {
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

  test('know no model id at an api-version from before it', async () => {
    const body = { query: 'SELECT * FROM devices' };
    const reply = await http.send('POST', '/devices/query?api-version=2020-03-13', { body });
    expect(reply.body[0]).not.toHaveProperty('modelId');
  });

  test('need the right to read the registry', async () => {
    const body = { query: 'SELECT * FROM devices' };
    expect((await http.send('POST', '/devices/query', { body, policy: 'service' })).status).toBe(401);
    expect((await http.send('POST', '/devices/query', { body, policy: 'registryRead' })).status).toBe(200);
  });
});

describe('scheduled jobs', () => {
  beforeEach(() => registry.addDevices(devices('a', 'b')));

  function jobClient(): iothub.JobClient {
    const client = iothub.JobClient.fromConnectionString(http.connectionString());
    restClientOf(client).setOptions({ http: { agent: http.agent } });
    return client;
  }

  test('update twins through the Node job client', async () => {
    const client = jobClient();
    const patch = { etag: '*', tags: { job: 1 } };
    const created = (await client.scheduleTwinUpdate('job1', "deviceId IN ['a', 'b']", patch, new Date(), 60))
      .jobStatus;
    expect(created).toMatchObject({ jobId: 'job1', type: 'scheduleUpdateTwin', status: 'queued' });
    const job = await vi.waitUntil(async () => {
      const status = (await client.getJob('job1')).jobStatus;
      return status.status === 'completed' ? status : undefined;
    });
    expect(job).toMatchObject({ deviceJobStatistics: { deviceCount: 2, succeededCount: 2 } });
    expect((await registry.getTwin('b')).responseBody.tags).toEqual({ job: 1 });
    const listed = await client.createQuery('scheduleUpdateTwin', 'completed' as never, 10).next();
    expect(listed.result).toMatchObject([{ jobId: 'job1' }]);
    const rows = await registry
      .createQuery("SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'job1'")
      .next();
    expect(rows.result).toMatchObject([{ deviceId: 'a', status: 'completed' }, { deviceId: 'b' }]);
  });

  test('can be called off before they run, and then no more', async () => {
    const client = jobClient();
    const inAnHour = new Date(Date.now() + 3_600_000);
    await client.scheduleDeviceMethod(
      'job1',
      '*',
      { methodName: 'x' } as iothub.DeviceMethodParams,
      inAnHour,
      60,
    );
    expect((await client.cancelJob('job1')).jobStatus.status).toBe('cancelled');
    const again = await client.cancelJob('job1').catch((error) => error);
    expect(again.responseBody).toContain('OperationNotAllowedInCurrentState');
    expect((await http.send('POST', '/jobs/v2/job1/cancel', { body: '' })).status).toBe(405);
  });

  test('that the hub does not hold are "unknown", and as import jobs they are not there', async () => {
    const reply = await http.send('GET', '/jobs/v2/nothing');
    expect(reply).toMatchObject({ status: 200, body: { type: 'unknown', status: 'unknown' } });
    expect((await http.send('GET', '/jobs/nothing')).status).toBe(404);
  });

  test('are listed as a bare array with their item type', async () => {
    const reply = await http.send('GET', '/jobs/v2/query?jobType=ScheduleDeviceMethod&jobStatus=Completed');
    expect(reply).toMatchObject({ text: '[]', headers: { 'x-ms-item-type': 'JobResponse' } });
  });
});

describe('key regeneration', () => {
  const keysOf = async (path: string) => (await http.send('GET', path)).body.authentication.symmetricKey;
  const regenerate = (policyKey: string, ...ids: readonly object[]) =>
    http.send('POST', '/devices/keys/regenerate?api-version=2024-03-31', {
      body: { policyKey, devices: ids },
    });

  test('makes one key or both anew, of devices and modules', async () => {
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

  test('is 207 for a part and 400 for none', async () => {
    await registry.create({ deviceId: 'a' });
    expect((await regenerate('both', { id: 'a' }, { id: 'nobody' })).status).toBe(207);
    const none = await regenerate('both', { id: 'nobody' });
    expect(none.status).toBe(400);
    expect(none.headers['iothub-errorcode']).toBe('BulkRegenerateDeviceKeyOperationFailure');
    expect(none.body.errors).toMatchObject([{ id: 'nobody', errorCode: 404001 }]);
  });
});

describe('statistics', () => {
  test('count devices and not modules', async () => {
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

describe('digital twins', () => {
  beforeEach(() => registry.create({ deviceId: 'pnp' }));

  test('are the other view of a twin, with its etag', async () => {
    const reply = await http.send('GET', '/digitaltwins/pnp');
    expect(reply.body).toEqual({ $dtId: 'pnp', $metadata: { $model: '' } });
    expect(reply.headers['etag']).toBe('"AAAAAAAAAAE="');
  });

  test('are patched by 202, with the new etag, the place and no body', async () => {
    const body = [{ op: 'add', path: '/targetTemperature', value: 21.5 }];
    const headers = { 'If-Match': '"AAAAAAAAAAE="' };
    const reply = await http.send('PATCH', '/digitaltwins/pnp', { headers, body });
    expect(reply).toMatchObject({ status: 202, reason: 'Accepted', text: '' });
    expect(reply.headers).toMatchObject({
      etag: '"AAAAAAAAAAI="',
      location: '/digitaltwins/pnp',
      'content-length': '0',
    });
    expect((await registry.getTwin('pnp')).responseBody.properties.desired).toMatchObject({
      targetTemperature: 21.5,
    });
    expect((await http.send('PATCH', '/digitaltwins/pnp', { headers, body })).status).toBe(412);
    expect(
      (await http.send('PATCH', '/digitaltwins/pnp', { headers: { 'If-Match': '*' }, body })).status,
    ).toBe(202);
  });

  test('are read and patched through the Node digital twin client', async () => {
    const client = http.digitalTwinClient();
    const read = await client.getDigitalTwin('pnp');
    expect(read).toMatchObject({ $dtId: 'pnp' });
    const etag = '"AAAAAAAAAAE="';
    const patch = [{ op: 'add', path: '/level', value: 1 }];
    await client.updateDigitalTwin('pnp', patch, etag);
    expect((await registry.getTwin('pnp')).responseBody.etag).toBe('AAAAAAAAAAI=');
    const stale = await client.updateDigitalTwin('pnp', patch, etag).catch((error) => error);
    expect(stale.statusCode).toBe(412);
  });
});

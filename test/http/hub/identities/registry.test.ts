import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;
let registry: iothub.Registry;

beforeAll(async () => {
  http = await startHttpHub();
  registry = http.registry();
});
afterAll(() => http[Symbol.asyncDispose]());

const KEYS = {
  primaryKey: Buffer.alloc(32, 1).toString('base64'),
  secondaryKey: Buffer.alloc(32, 2).toString('base64'),
};

/** Resolves to the name of the error with which the SDK rejects. */
function nameOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: Error) => error.name,
  );
}

describe('device identities through the Node service client', () => {
  it('are created, read, listed, updated and deleted', async () => {
    const created = (await registry.create({ deviceId: 'life' })).responseBody;
    expect(created.deviceId).toBe('life');
    expect(created.authentication?.symmetricKey?.primaryKey).toHaveLength(44);
    const read = (await registry.get('life')).responseBody;
    expect(read.etag).toBe((created as { etag?: string }).etag);
    const updated = (await registry.update({ ...read, statusReason: 'on holiday' } as iothub.Device))
      .responseBody;
    expect((updated as { statusReason?: string }).statusReason).toBe('on holiday');
    const listed = (await registry.list()).responseBody;
    expect(listed.map((device) => device.deviceId)).toContain('life');
    await registry.delete('life');
    expect(await nameOf(registry.get('life'))).toBe('DeviceNotFoundError');
  });

  it('keep the given keys, and get new ones if an update gives none', async () => {
    const given = { type: 'sas', symmetricKey: KEYS } as const;
    const created = (await registry.create({ deviceId: 'own-keys', authentication: given })).responseBody;
    expect(created.authentication?.symmetricKey).toEqual(KEYS);
    const updated = (await registry.update({ deviceId: 'own-keys', status: 'disabled' })).responseBody;
    expect(updated.authentication?.symmetricKey?.primaryKey).not.toBe(KEYS.primaryKey);
    expect(updated.status).toBe('disabled');
  });

  it('have null keys if they are registered by thumbprint', async () => {
    const x509Thumbprint = { primaryThumbprint: '0'.repeat(40), secondaryThumbprint: 'aB'.repeat(20) };
    const created = (
      await registry.create({ deviceId: 'thumbprint', authentication: { x509Thumbprint } } as iothub.Device)
    ).responseBody;
    expect(created.authentication).toMatchObject({
      type: 'selfSigned',
      x509Thumbprint,
      symmetricKey: { primaryKey: null, secondaryKey: null },
    });
  });

  it('cannot be created twice', async () => {
    await registry.create({ deviceId: 'twice' });
    expect(await nameOf(registry.create({ deviceId: 'twice' }))).toBe('DeviceAlreadyExistsError');
  });

  it.each(['invalid/name', 'a b', 'ä', 'x'.repeat(129)])('cannot have the id %s', async (deviceId) => {
    expect(await nameOf(registry.create({ deviceId }))).toBe('ArgumentError');
  });

  it.each([
    "!'()*",
    'a+b',
    'a%41',
    '50%',
    'a#b?c',
    '@:;,=$',
    'MixedCase',
    'query',
    'keys',
    '__proto__',
    '..',
  ])('can have the id %s', async (deviceId) => {
    await registry.create({ deviceId });
    expect((await registry.get(deviceId)).responseBody.deviceId).toBe(deviceId);
    const patch = { tags: { name: deviceId } };
    const twin = (await registry.updateTwin(deviceId, patch, '*')).responseBody;
    expect(twin.deviceId).toBe(deviceId);
    await registry.delete(deviceId);
    expect(await nameOf(registry.get(deviceId))).toBe('DeviceNotFoundError');
  });

  it('throw a DeviceNotFoundError on get, update and delete if they are missing', async () => {
    expect(await nameOf(registry.get('nobody'))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.update({ deviceId: 'nobody' }))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.delete('nobody'))).toBe('DeviceNotFoundError');
  });

  it('throw an UnauthorizedError for a policy that lacks the permission', async () => {
    expect(await nameOf(http.registry('service').get('life'))).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('registryRead').create({ deviceId: 'no' }))).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('device').list())).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('registryReadWrite').getTwin('life'))).toBe('UnauthorizedError');
  });

  it('have a scope and two modules if they are IoT Edge devices, and can be the parent of a leaf', async () => {
    const edge = (
      await registry.create({ deviceId: 'edge', capabilities: { iotEdge: true } } as iothub.Device)
    ).responseBody as iothub.Device & { deviceScope: string };
    expect(edge.deviceScope).toMatch(/^ms-azure-iot-edge:\/\/edge-\d{18}$/);
    const modules = (await registry.getModulesOnDevice('edge')).responseBody;
    expect(modules.map((module) => module.moduleId)).toEqual(['$edgeAgent', '$edgeHub']);
    const leaf = { deviceId: 'leaf', deviceScope: edge.deviceScope } as iothub.Device;
    expect((await registry.create(leaf)).responseBody).toMatchObject({
      deviceScope: edge.deviceScope,
      parentScopes: [edge.deviceScope],
    });
    const astray = { deviceId: 'leaf', deviceScope: 'ms-azure-iot-edge://nobody-1' } as iothub.Device;
    expect(await nameOf(registry.update(astray))).toBe('ArgumentError');
  });
});

describe('module identities through the Node service client', () => {
  beforeAll(() => registry.create({ deviceId: 'host' }));

  it('are created, read, listed, updated and deleted', async () => {
    const created = (await registry.addModule({ deviceId: 'host', moduleId: 'm' })).responseBody;
    expect(created.moduleId).toBe('m');
    const module = (await registry.getModule('host', 'm')).responseBody;
    expect(module.authentication?.symmetricKey?.primaryKey).toBe(
      created.authentication?.symmetricKey?.primaryKey,
    );
    const updated = (await registry.updateModule({ ...module, managedBy: 'me' }, true)).responseBody;
    expect(updated.managedBy).toBe('me');
    expect(await nameOf(registry.updateModule(module))).toBe('InvalidEtagError');
    expect((await registry.getModulesOnDevice('host')).responseBody).toHaveLength(1);
    await registry.removeModule('host', 'm');
    expect((await registry.getModulesOnDevice('host')).responseBody).toEqual([]);
  });

  it('throw a DeviceAlreadyExistsError if they exist already, as Node reads every 409', async () => {
    await registry.addModule({ deviceId: 'host', moduleId: 'twice' });
    expect(await nameOf(registry.addModule({ deviceId: 'host', moduleId: 'twice' }))).toBe(
      'DeviceAlreadyExistsError',
    );
  });

  it('throw an UnauthorizedError if their device is missing or disabled', async () => {
    await registry.create({ deviceId: 'asleep', status: 'disabled' });
    expect(await nameOf(registry.addModule({ deviceId: 'nobody', moduleId: 'm' }))).toBe('UnauthorizedError');
    expect(await nameOf(registry.getModulesOnDevice('asleep'))).toBe('UnauthorizedError');
  });

  it('are limited to 50 on a device', async () => {
    await registry.create({ deviceId: 'full' });
    for (let index = 0; index < 50; index++)
      await registry.addModule({ deviceId: 'full', moduleId: `m${index}` });
    const refused = await registry.addModule({ deviceId: 'full', moduleId: 'm50' }).catch((error) => error);
    expect(refused.response.statusCode).toBe(413);
    expect(refused.responseBody).toContain('TooManyModulesOnDevice');
  });
});

describe('twins through the Node service client', () => {
  beforeAll(async () => {
    await registry.create({ deviceId: 'twin' });
    await registry.addModule({ deviceId: 'twin', moduleId: 'm' });
  });

  it('are updated, and throw an InvalidEtagError for a stale etag', async () => {
    const twin = (await registry.getModuleTwin('twin', 'm')).responseBody;
    const patch = { properties: { desired: { level: 5 } } };
    const updated = (await registry.updateModuleTwin('twin', 'm', patch, twin.etag)).responseBody;
    expect(updated.properties.desired.level).toBe(5);
    expect(updated.properties.desired.$version).toBe(2);
    expect(await nameOf(registry.updateModuleTwin('twin', 'm', patch, twin.etag))).toBe('InvalidEtagError');
  });

  it('are updated through the twin object', async () => {
    const twin = (await registry.getTwin('twin')).responseBody;
    await twin.update({ tags: { room: 'cellar' } });
    expect((await registry.getTwin('twin')).responseBody.tags).toEqual({ room: 'cellar' });
    const replaced = await http.send('PUT', '/twins/twin', { body: { tags: { room: 'attic' } } });
    expect(replaced.body.tags).toEqual({ room: 'attic' });
  });

  it('throw a DeviceNotFoundError if they are missing, also for a module', async () => {
    expect(await nameOf(registry.getTwin('nobody'))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.getModuleTwin('twin', 'nobody'))).toBe('DeviceNotFoundError');
  });
});

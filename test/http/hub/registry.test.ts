import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';

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

/** The name of the error with which the SDK rejects. */
function nameOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: Error) => error.name,
  );
}

describe('the Node service client and device identities', () => {
  test('creates a device, reads it, lists it, updates it and deletes it', async () => {
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

  test('keeps the keys that it gives, and makes new ones where an update gives none', async () => {
    const given = { type: 'sas', symmetricKey: KEYS } as const;
    const created = (await registry.create({ deviceId: 'own-keys', authentication: given })).responseBody;
    expect(created.authentication?.symmetricKey).toEqual(KEYS);
    const updated = (await registry.update({ deviceId: 'own-keys', status: 'disabled' })).responseBody;
    expect(updated.authentication?.symmetricKey?.primaryKey).not.toBe(KEYS.primaryKey);
    expect(updated.status).toBe('disabled');
  });

  test('registers a device by thumbprint, whose keys are null', async () => {
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

  test('is told of an existing device by its own error', async () => {
    await registry.create({ deviceId: 'twice' });
    expect(await nameOf(registry.create({ deviceId: 'twice' }))).toBe('DeviceAlreadyExistsError');
  });

  test.each(['invalid/name', 'a b', 'ä', 'x'.repeat(129)])(
    'is refused the device id %s',
    async (deviceId) => {
      expect(await nameOf(registry.create({ deviceId }))).toBe('ArgumentError');
    },
  );

  test.each([
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
  ])('creates, reads and deletes a device called %s', async (deviceId) => {
    await registry.create({ deviceId });
    expect((await registry.get(deviceId)).responseBody.deviceId).toBe(deviceId);
    const patch = { tags: { name: deviceId } };
    const twin = (await registry.updateTwin(deviceId, patch, '*')).responseBody;
    expect(twin.deviceId).toBe(deviceId);
    await registry.delete(deviceId);
    expect(await nameOf(registry.get(deviceId))).toBe('DeviceNotFoundError');
  });

  test('an unknown device is a DeviceNotFoundError on get, update and delete', async () => {
    expect(await nameOf(registry.get('nobody'))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.update({ deviceId: 'nobody' }))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.delete('nobody'))).toBe('DeviceNotFoundError');
  });

  test('a policy without the right is an UnauthorizedError', async () => {
    expect(await nameOf(http.registry('service').get('life'))).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('registryRead').create({ deviceId: 'no' }))).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('device').list())).toBe('UnauthorizedError');
    expect(await nameOf(http.registry('registryReadWrite').getTwin('life'))).toBe('UnauthorizedError');
  });

  test('an edge device has a scope and two modules, and a leaf can stand below it', async () => {
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

describe('the Node service client and module identities', () => {
  beforeAll(() => registry.create({ deviceId: 'host' }));

  test('creates a module, reads it, lists it, updates it and deletes it', async () => {
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

  test('a second module of the same name is DeviceAlreadyExistsError, as Node reads every 409', async () => {
    await registry.addModule({ deviceId: 'host', moduleId: 'twice' });
    expect(await nameOf(registry.addModule({ deviceId: 'host', moduleId: 'twice' }))).toBe(
      'DeviceAlreadyExistsError',
    );
  });

  test('a module of a device that is missing or disabled is an UnauthorizedError', async () => {
    await registry.create({ deviceId: 'asleep', status: 'disabled' });
    expect(await nameOf(registry.addModule({ deviceId: 'nobody', moduleId: 'm' }))).toBe('UnauthorizedError');
    expect(await nameOf(registry.getModulesOnDevice('asleep'))).toBe('UnauthorizedError');
  });

  test('the fifty-first module of a device is refused', async () => {
    await registry.create({ deviceId: 'full' });
    for (let index = 0; index < 50; index++)
      await registry.addModule({ deviceId: 'full', moduleId: `m${index}` });
    const refused = await registry.addModule({ deviceId: 'full', moduleId: 'm50' }).catch((error) => error);
    expect(refused.response.statusCode).toBe(413);
    expect(refused.responseBody).toContain('TooManyModulesOnDevice');
  });
});

describe('the Node service client and twins', () => {
  beforeAll(async () => {
    await registry.create({ deviceId: 'twin' });
    await registry.addModule({ deviceId: 'twin', moduleId: 'm' });
  });

  test('updates a module twin, and a stale etag is an InvalidEtagError', async () => {
    const twin = (await registry.getModuleTwin('twin', 'm')).responseBody;
    const patch = { properties: { desired: { level: 5 } } };
    const updated = (await registry.updateModuleTwin('twin', 'm', patch, twin.etag)).responseBody;
    expect(updated.properties.desired.level).toBe(5);
    expect(updated.properties.desired.$version).toBe(2);
    expect(await nameOf(registry.updateModuleTwin('twin', 'm', patch, twin.etag))).toBe('InvalidEtagError');
  });

  test('updates a device twin through the twin object itself', async () => {
    const twin = (await registry.getTwin('twin')).responseBody;
    await twin.update({ tags: { room: 'cellar' } });
    expect((await registry.getTwin('twin')).responseBody.tags).toEqual({ room: 'cellar' });
    const replaced = await http.send('PUT', '/twins/twin', { body: { tags: { room: 'attic' } } });
    expect(replaced.body.tags).toEqual({ room: 'attic' });
  });

  test('a missing twin is a DeviceNotFoundError, for a module too', async () => {
    expect(await nameOf(registry.getTwin('nobody'))).toBe('DeviceNotFoundError');
    expect(await nameOf(registry.getModuleTwin('twin', 'nobody'))).toBe('DeviceNotFoundError');
  });
});

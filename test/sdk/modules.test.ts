import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, startHub } from '../../harness/harness.ts';
import { failureOf } from './failures.ts';

let hub: LocalHub;
let registry: iothub.Registry;
let deviceId: string;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
  deviceId = (await hub.provision()).deviceId;
});
afterAll(() => hub[Symbol.asyncDispose]());

async function addModule(moduleId: string): Promise<iothub.Module> {
  return (await registry.addModule({ deviceId, moduleId })).responseBody;
}

describe('a back end adds a module', () => {
  it('and gets its identity with generated keys', async () => {
    const { responseBody: module } = await registry.addModule({ deviceId, moduleId: 'added' });
    expect(module).toMatchObject({
      deviceId,
      moduleId: 'added',
      managedBy: null,
      connectionState: 'Disconnected',
      cloudToDeviceMessageCount: 0,
      authentication: { type: 'sas', symmetricKey: { primaryKey: expect.stringMatching(/^.{44}$/) } },
    });
    expect(module).not.toHaveProperty('status');
  });

  it.each<[string, string, string, () => Promise<unknown>]>([
    [
      'to a device that has it',
      'DeviceAlreadyExistsError',
      'ModuleAlreadyExistsOnDevice',
      async () => {
        await addModule('twice');
        return registry.addModule({ deviceId, moduleId: 'twice' });
      },
    ],
    [
      'with the id of a system module',
      'ArgumentError',
      'ArgumentInvalid',
      () => registry.addModule({ deviceId, moduleId: '$own' }),
    ],
    [
      'to a device that is missing',
      'UnauthorizedError',
      'IotHubUnauthorizedAccess',
      () => registry.addModule({ deviceId: 'missing', moduleId: 'm' }),
    ],
    [
      'without the right to write',
      'UnauthorizedError',
      'IotHubUnauthorizedAccess',
      () => hub.registry(hub.connectionStringOf('registryRead')).addModule({ deviceId, moduleId: 'm' }),
    ],
  ])('but not %s', async (_what, error, code, call) => {
    expect(await failureOf(call())).toEqual({ error, code });
  });

  it('but not the fifty-first', async () => {
    const { deviceId: full } = await hub.provision();
    for (let count = 1; count <= 50; count++) {
      await registry.addModule({ deviceId: full, moduleId: `m${count}` });
    }
    expect(await failureOf(registry.addModule({ deviceId: full, moduleId: 'm51' }))).toEqual({
      error: 'Error',
      code: 'TooManyModulesOnDevice',
    });
  });
});

describe('a back end reads', () => {
  it('a module', async () => {
    const added = await addModule('read');
    expect((await registry.getModule(deviceId, 'read')).responseBody).toMatchObject({
      etag: added.etag,
      authentication: added.authentication,
    });
  });

  it('no module that is missing, nor one of a device that is', async () => {
    expect(await failureOf(registry.getModule(deviceId, 'missing'))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
    expect(await failureOf(registry.getModule('missing', 'm'))).toEqual({
      error: 'UnauthorizedError',
      code: 'IotHubUnauthorizedAccess',
    });
  });

  it('all modules of a device, an IoT Edge device’s own ones with them', async () => {
    await registry.create({ deviceId: 'edge', capabilities: { iotEdge: true } });
    await registry.addModule({ deviceId: 'edge', moduleId: 'sensor' });
    const { responseBody: modules } = await registry.getModulesOnDevice('edge');
    expect(modules.map(({ moduleId }) => moduleId).sort()).toEqual(['$edgeAgent', '$edgeHub', 'sensor']);
  });
});

describe('a back end updates a module', () => {
  it('by its etag, and no more when that is stale', async () => {
    const module = await addModule('updated');
    const { responseBody: updated } = await registry.updateModule({ ...module, managedBy: 'me' });
    expect(updated).toMatchObject({ managedBy: 'me', authentication: module.authentication });
    expect(await failureOf(registry.updateModule({ ...module, managedBy: 'you' }))).toEqual({
      error: 'InvalidEtagError',
      code: 'PreconditionFailed',
    });
    expect((await registry.getModule(deviceId, 'updated')).responseBody.managedBy).toBe('me');
  });

  it('by force, whatever its etag', async () => {
    const module = await addModule('forced');
    const { responseBody } = await registry.updateModule({ ...module, etag: 'stale', managedBy: 'me' }, true);
    expect(responseBody.managedBy).toBe('me');
  });

  it('but none that is missing', async () => {
    expect(await failureOf(registry.updateModule({ deviceId, moduleId: 'missing' }, true))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
  });
});

describe('a back end removes a module', () => {
  it('by its ids', async () => {
    await addModule('removed');
    const { httpResponse } = await registry.removeModule(deviceId, 'removed');
    expect(httpResponse.statusCode).toBe(204);
    expect(await failureOf(registry.getModuleTwin(deviceId, 'removed'))).toMatchObject({
      code: 'DeviceNotFound',
    });
  });

  it('as it was read, and no more when that is stale', async () => {
    // The SDK takes a whole module with a callback only.
    const remove = (read: iothub.Module) =>
      new Promise((resolve, reject) =>
        registry.removeModule(read, (error) => (error ? reject(error) : resolve(undefined))),
      );
    const module = await addModule('removed-by-etag');
    const { responseBody: updated } = await registry.updateModule({ ...module, managedBy: 'me' });
    expect(await failureOf(remove(module))).toEqual({
      error: 'InvalidEtagError',
      code: 'PreconditionFailed',
    });
    await remove(updated);
    expect(await failureOf(registry.getModule(deviceId, 'removed-by-etag'))).toMatchObject({
      code: 'ModuleNotFound',
    });
  });

  it('but none that is missing', async () => {
    expect(await failureOf(registry.removeModule(deviceId, 'missing'))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
  });
});

import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, startHub } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';

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

describe('Registry.addModule', () => {
  it('returns the module identity with generated keys', async () => {
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
      'for an existing module',
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
      'for a missing device',
      'UnauthorizedError',
      'IotHubUnauthorizedAccess',
      () => registry.addModule({ deviceId: 'missing', moduleId: 'm' }),
    ],
    [
      'without the RegistryWrite permission',
      'UnauthorizedError',
      'IotHubUnauthorizedAccess',
      () => hub.registry(hub.connectionStringOf('registryRead')).addModule({ deviceId, moduleId: 'm' }),
    ],
  ])('is refused %s', async (_what, error, code, call) => {
    expect(await failureOf(call())).toEqual({ error, code });
  });

  it('is refused for the fifty-first module of a device', async () => {
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

describe('Registry.getModule and getModulesOnDevice', () => {
  it('return a module', async () => {
    const added = await addModule('read');
    expect((await registry.getModule(deviceId, 'read')).responseBody).toMatchObject({
      etag: added.etag,
      authentication: added.authentication,
    });
  });

  it('are refused for a missing module and a missing device', async () => {
    expect(await failureOf(registry.getModule(deviceId, 'missing'))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
    expect(await failureOf(registry.getModule('missing', 'm'))).toEqual({
      error: 'UnauthorizedError',
      code: 'IotHubUnauthorizedAccess',
    });
  });

  it('return all modules of a device, including the system modules of an IoT Edge device', async () => {
    await registry.create({ deviceId: 'edge', capabilities: { iotEdge: true } });
    await registry.addModule({ deviceId: 'edge', moduleId: 'sensor' });
    const { responseBody: modules } = await registry.getModulesOnDevice('edge');
    expect(modules.map(({ moduleId }) => moduleId).sort()).toEqual(['$edgeAgent', '$edgeHub', 'sensor']);
  });
});

describe('Registry.updateModule', () => {
  it('updates a module if the etag matches and is refused if it is outdated', async () => {
    const module = await addModule('updated');
    const { responseBody: updated } = await registry.updateModule({ ...module, managedBy: 'me' });
    expect(updated).toMatchObject({ managedBy: 'me', authentication: module.authentication });
    expect(await failureOf(registry.updateModule({ ...module, managedBy: 'you' }))).toEqual({
      error: 'InvalidEtagError',
      code: 'PreconditionFailed',
    });
    expect((await registry.getModule(deviceId, 'updated')).responseBody.managedBy).toBe('me');
  });

  it('updates a module with an outdated etag if it is forced', async () => {
    const module = await addModule('forced');
    const { responseBody } = await registry.updateModule({ ...module, etag: 'stale', managedBy: 'me' }, true);
    expect(responseBody.managedBy).toBe('me');
  });

  it('is refused for a missing module', async () => {
    expect(await failureOf(registry.updateModule({ deviceId, moduleId: 'missing' }, true))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
  });
});

describe('Registry.removeModule', () => {
  it('deletes a module by its ids', async () => {
    await addModule('removed');
    const { httpResponse } = await registry.removeModule(deviceId, 'removed');
    expect(httpResponse.statusCode).toBe(204);
    expect(await failureOf(registry.getModuleTwin(deviceId, 'removed'))).toMatchObject({
      code: 'DeviceNotFound',
    });
  });

  it('deletes a module if the etag matches and is refused if it is outdated', async () => {
    // The SDK accepts a whole module only together with a callback.
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

  it('is refused for a missing module', async () => {
    expect(await failureOf(registry.removeModule(deviceId, 'missing'))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
  });
});

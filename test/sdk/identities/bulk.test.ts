import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, startHub } from '../../../harness/harness.ts';
import { errorOf, failureOf } from '../failures.ts';

let hub: LocalHub;
let registry: iothub.Registry;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
});
afterAll(() => hub[Symbol.asyncDispose]());

const devicesOf = (...ids: readonly string[]) => ids.map((deviceId) => ({ deviceId }));
const SUCCESS = { isSuccessful: true, errors: [], warnings: [] };

/** Returns the result of a partially failed operation. The SDK rejects with an error that contains the answer. */
async function partialResultOf(call: Promise<unknown>): Promise<{ errors: { deviceId: string }[] }> {
  const error = await errorOf(call);
  expect(await failureOf(call)).toEqual({ error: 'ArgumentError', code: 'BulkRegistryOperationFailure' });
  return JSON.parse(error.responseBody ?? '');
}

describe('Registry.addDevices', () => {
  it('creates a hundred devices in one call', async () => {
    const ids = Array.from({ length: 100 }, (_value, index) => `many-${index}`);
    expect((await registry.addDevices(devicesOf(...ids))).responseBody).toEqual(SUCCESS);
    const { responseBody: last } = await registry.get('many-99');
    expect(last.authentication?.symmetricKey?.primaryKey).toHaveLength(44);
  });

  it('creates devices with status, capabilities and authentication', async () => {
    const scope = { deviceId: 'bulk-edge', capabilities: { iotEdge: true } };
    await registry.addDevices([
      { deviceId: 'bulk-off', status: 'disabled', statusReason: 'new' },
      scope,
      { deviceId: 'bulk-ca', authentication: { type: 'certificateAuthority' } },
    ]);
    expect((await registry.get('bulk-off')).responseBody).toMatchObject({ statusReason: 'new' });
    expect((await registry.getModulesOnDevice('bulk-edge')).responseBody).toHaveLength(2);
    expect((await registry.get('bulk-ca')).responseBody.authentication).toMatchObject({
      type: 'certificateAuthority',
    });
  });

  it('creates the new devices and reports the existing ones', async () => {
    await registry.addDevices(devicesOf('taken'));
    expect(await partialResultOf(registry.addDevices(devicesOf('taken', 'fresh')))).toMatchObject({
      isSuccessful: false,
      errors: [{ deviceId: 'taken', errorCode: 409001, errorStatus: expect.any(String) }],
      warnings: [],
    });
    expect((await registry.get('fresh')).responseBody.deviceId).toBe('fresh');
  });

  it('is refused if a device occurs twice', async () => {
    expect(await failureOf(registry.addDevices(devicesOf('same', 'same')))).toEqual({
      error: 'ArgumentError',
      code: 'DeviceDefinedMultipleTimes',
    });
  });

  it('is refused without the RegistryWrite permission', async () => {
    const other = hub.registry(hub.connectionStringOf('registryRead'));
    expect(await failureOf(other.addDevices(devicesOf('forbidden')))).toMatchObject({
      error: 'UnauthorizedError',
    });
  });
});

describe('Registry.updateDevices', () => {
  it('updates devices with outdated etags if it is forced', async () => {
    await registry.addDevices(devicesOf('u1', 'u2'));
    const disabled = devicesOf('u1', 'u2').map((device) => ({
      ...device,
      status: 'disabled',
      etag: 'stale',
    }));
    expect((await registry.updateDevices(disabled, true)).responseBody).toEqual(SUCCESS);
    expect((await registry.get('u2')).responseBody.status).toBe('disabled');
  });

  it('updates devices whose etag matches and reports the others', async () => {
    await registry.addDevices(devicesOf('v1', 'v2'));
    const read = [(await registry.get('v1')).responseBody, (await registry.get('v2')).responseBody];
    await registry.update({ deviceId: 'v2', statusReason: 'meanwhile' });
    const disabled = read.map((device) => ({ ...device, status: 'disabled' as const }));
    expect(await partialResultOf(registry.updateDevices(disabled, false))).toMatchObject({
      errors: [{ deviceId: 'v2', errorCode: 412001 }],
    });
    expect((await registry.get('v1')).responseBody.status).toBe('disabled');
    expect((await registry.get('v2')).responseBody).toMatchObject({
      status: 'enabled',
      statusReason: 'meanwhile',
    });
  });

  it('reports a missing device', async () => {
    expect(await partialResultOf(registry.updateDevices(devicesOf('missing'), true))).toMatchObject({
      errors: [{ deviceId: 'missing', errorCode: 404001 }],
    });
  });
});

describe('Registry.removeDevices', () => {
  it('deletes devices if it is forced', async () => {
    await registry.addDevices(devicesOf('r1', 'r2'));
    expect((await registry.removeDevices(devicesOf('r1', 'r2'), true)).responseBody).toEqual(SUCCESS);
    expect(await failureOf(registry.get('r1'))).toMatchObject({ error: 'DeviceNotFoundError' });
  });

  it('deletes devices whose etag matches and reports the others', async () => {
    await registry.addDevices(devicesOf('s1', 's2'));
    const read = [(await registry.get('s1')).responseBody, (await registry.get('s2')).responseBody];
    await registry.update({ deviceId: 's2' });
    expect(await partialResultOf(registry.removeDevices(read, false))).toMatchObject({
      errors: [{ deviceId: 's2', errorCode: 412001 }],
    });
    expect(await failureOf(registry.get('s1'))).toMatchObject({ error: 'DeviceNotFoundError' });
  });

  it('reports a missing device', async () => {
    expect(await partialResultOf(registry.removeDevices(devicesOf('missing'), true))).toMatchObject({
      errors: [{ deviceId: 'missing', errorCode: 404001 }],
    });
  });
});

import iotCommon from 'azure-iot-common';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent, withAgent } from '../../../harness/clients/wiring.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { errorOf, failureOf } from '../failures.ts';

let hub: HubWithEmulator;
let registry: iothub.Registry;

beforeAll(async () => {
  hub = await startHubWithEmulator();
  registry = hub.registry();
});
afterAll(() => hub[Symbol.asyncDispose]());

const KEY = Buffer.alloc(32, 1).toString('base64');
const SHORT_KEY = Buffer.alloc(8).toString('base64');
const THUMBPRINT = 'A'.repeat(40);
const NEVER = /^0001-01-01T00:00:00Z?$/;

const keysOf = (device: iothub.Device) => device.authentication?.symmetricKey;

describe('Registry.create', () => {
  it('returns the device identity with generated keys', async () => {
    const { responseBody: device, httpResponse } = await registry.create({ deviceId: 'created' });
    expect(device).toMatchObject({
      deviceId: 'created',
      status: 'enabled',
      statusReason: null,
      connectionState: 'Disconnected',
      cloudToDeviceMessageCount: 0,
      authentication: {
        type: 'sas',
        x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
      },
      capabilities: { iotEdge: false },
      connectionStateUpdatedTime: expect.stringMatching(NEVER),
      lastActivityTime: expect.stringMatching(NEVER),
    });
    expect(keysOf(device)?.primaryKey).toHaveLength(44);
    expect(keysOf(device)?.secondaryKey).not.toBe(keysOf(device)?.primaryKey);
    expect(httpResponse.headers['etag']).toBe(`"${device.etag}"`);
  });

  it.each<[string, object, object]>([
    [
      'given keys',
      { authentication: { symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } },
      { authentication: { type: 'sas', symmetricKey: { primaryKey: KEY, secondaryKey: KEY } } },
    ],
    [
      'a thumbprint, from which the SDK infers the type',
      { authentication: { x509Thumbprint: { primaryThumbprint: THUMBPRINT } } },
      {
        authentication: {
          type: 'selfSigned',
          symmetricKey: { primaryKey: null, secondaryKey: null },
          x509Thumbprint: { primaryThumbprint: THUMBPRINT },
        },
      },
    ],
    [
      'certificate authority authentication',
      { authentication: { type: 'certificateAuthority' } },
      { authentication: { type: 'certificateAuthority', symmetricKey: { primaryKey: null } } },
    ],
    [
      'a status and its reason',
      { status: 'disabled', statusReason: 'not yet paid' },
      { status: 'disabled', statusReason: 'not yet paid' },
    ],
    [
      'the capability of an IoT Edge device',
      { capabilities: { iotEdge: true } },
      {
        capabilities: { iotEdge: true },
        deviceScope: expect.stringMatching(
          /^ms-azure-iot-edge:\/\/the-capability-of-an-IoT-Edge-device-\d{18}$/,
        ),
      },
    ],
  ])('creates a device with %s', async (what, members, expected) => {
    const deviceId = what.replaceAll(/\W+/g, '-');
    const { responseBody } = await registry.create({ deviceId, ...members });
    expect(responseBody).toMatchObject(expected);
    expect((await registry.get(deviceId)).responseBody).toMatchObject(expected);
  });

  it.each<[string, string, string, () => Promise<unknown>]>([
    [
      'an existing id',
      'DeviceAlreadyExistsError',
      'DeviceAlreadyExists',
      async () => {
        await registry.create({ deviceId: 'taken' });
        return registry.create({ deviceId: 'taken' });
      },
    ],
    [
      'an invalid id',
      'ArgumentError',
      'ArgumentInvalid',
      () => registry.create({ deviceId: 'invalid/name' }),
    ],
    [
      'a key that is too short',
      'ArgumentError',
      'ArgumentInvalid',
      () =>
        registry.create({
          deviceId: 'short-key',
          authentication: { symmetricKey: { primaryKey: SHORT_KEY, secondaryKey: SHORT_KEY } },
        }),
    ],
    [
      'an unknown device scope',
      'ArgumentError',
      'InvalidDeviceScope',
      () => registry.create({ deviceId: 'stray', deviceScope: 'ms-azure-iot-edge://missing-1' }),
    ],
    [
      'a body that is too large',
      'Error',
      'MessageTooLarge',
      () => registry.create({ deviceId: 'large', tags: 'x'.repeat(2_000_000) }),
    ],
    [
      'a policy without the RegistryWrite permission',
      'UnauthorizedError',
      'IotHubUnauthorizedAccess',
      () => hub.registry(hub.connectionStringOf('registryRead')).create({ deviceId: 'forbidden' }),
    ],
  ])('is refused with %s', async (_what, error, code, call) => {
    expect(await failureOf(call())).toEqual({ error, code });
  });
});

describe('read call of Registry', () => {
  it('returns a device', async () => {
    const created = (await registry.create({ deviceId: 'read' })).responseBody;
    const { responseBody: device } = await registry.get('read');
    expect(keysOf(device)).toEqual(keysOf(created));
    expect(device.etag).toBe(created.etag);
  });

  it('returns a device whose id has special characters', async () => {
    const deviceId = "a-:.+%_#*?!(),=@;$'";
    await registry.create({ deviceId });
    expect((await registry.get(deviceId)).responseBody.deviceId).toBe(deviceId);
  });

  it('is refused for a missing device', async () => {
    expect(await failureOf(registry.get('missing'))).toEqual({
      error: 'DeviceNotFoundError',
      code: 'DeviceNotFound',
    });
  });

  it('lists all devices', async () => {
    await using other = await startHubWithEmulator();
    expect((await other.registry().list()).responseBody).toEqual([]);
    for (const deviceId of ['a', 'b']) await other.registry().create({ deviceId });
    expect((await other.registry().list()).responseBody).toMatchObject([
      { deviceId: 'a' },
      { deviceId: 'b' },
    ]);
  });

  it('returns the number of devices', async () => {
    await using other = await startHubWithEmulator();
    await other.registry().create({ deviceId: 'a' });
    await other.registry().create({ deviceId: 'b', status: 'disabled' });
    await other.provision({ deviceId: 'a', moduleId: 'm' });
    expect((await other.registry().getRegistryStatistics()).responseBody).toEqual({
      totalDeviceCount: 2,
      enabledDeviceCount: 1,
      disabledDeviceCount: 1,
    });
  });
});

describe('Registry.update', () => {
  it('updates the status, its reason and the time of the change', async () => {
    const { responseBody: device } = await registry.create({ deviceId: 'updated' });
    const changed = { ...device, status: 'disabled' as const, statusReason: 'stolen' };
    const { responseBody: updated } = await registry.update(changed);
    expect(updated).toMatchObject({ status: 'disabled', statusReason: 'stolen' });
    expect(Date.parse(updated.statusUpdatedTime ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(updated.etag).not.toBe(device.etag);
    expect(updated.generationId).toBe(device.generationId);
    expect(keysOf(updated)).toEqual(keysOf(device));
  });

  it('resets omitted members: without authentication it generates new keys', async () => {
    const { responseBody: device } = await registry.create({ deviceId: 'rotated', statusReason: 'new' });
    const { responseBody: updated } = await registry.update({ deviceId: 'rotated' });
    expect(keysOf(updated)?.primaryKey).not.toBe(keysOf(device)?.primaryKey);
    expect(updated.statusReason).toBeNull();
  });

  it('is refused for a missing device and for invalid members', async () => {
    expect(await failureOf(registry.update({ deviceId: 'missing' }))).toEqual({
      error: 'DeviceNotFoundError',
      code: 'DeviceNotFound',
    });
    await registry.create({ deviceId: 'badly-updated' });
    expect(await failureOf(registry.update({ deviceId: 'badly-updated', status: 'asleep' }))).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentInvalid',
    });
  });
});

describe('Registry.delete', () => {
  it('deletes a device with its twin and its modules', async () => {
    await hub.provision({ deviceId: 'deleted', moduleId: 'm' });
    const { httpResponse } = await registry.delete('deleted');
    expect(httpResponse.statusCode).toBe(204);
    for (const call of [registry.get('deleted'), registry.getTwin('deleted')]) {
      expect(await failureOf(call)).toMatchObject({ error: 'DeviceNotFoundError' });
    }
  });

  it('is followed by another generation id if the device is created again', async () => {
    const { responseBody: first } = await registry.create({ deviceId: 'again' });
    await registry.delete('again');
    const { responseBody: second } = await registry.create({ deviceId: 'again' });
    expect(second.generationId).not.toBe(first.generationId);
  });

  it('is refused for a device that does not exist', async () => {
    expect(await failureOf(registry.delete('missing'))).toEqual({
      error: 'DeviceNotFoundError',
      code: 'DeviceNotFound',
    });
  });
});

describe('Registry client', () => {
  const agent = () => createAgent({ ...hub.emulator, hostName: hub.hostName });

  it('is created from a connection string', async () => {
    const client = withAgent(iothub.Registry.fromConnectionString(hub.connectionString), agent());
    expect((await client.list()).httpResponse.statusCode).toBe(200);
  });

  it('is created from a SAS token of a policy', async () => {
    const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
    const expiry = Math.floor(Date.now() / 1000) + 60;
    const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'registryRead', key, expiry);
    const client = withAgent(iothub.Registry.fromSharedAccessSignature(token.toString()), agent());
    expect((await client.list()).httpResponse.statusCode).toBe(200);
    expect(await failureOf(client.delete('missing'))).toMatchObject({ error: 'UnauthorizedError' });
  });

  it('is created from a Microsoft Entra credential', async () => {
    const getToken = async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 });
    const client = withAgent(iothub.Registry.fromTokenCredential(hub.hostName, { getToken }), agent());
    expect((await client.list()).httpResponse.statusCode).toBe(200);
  });

  it('is refused with a wrong key, and the log contains the reason', async () => {
    const wrong = hub.connectionString.replace(/SharedAccessKey=.*/, `SharedAccessKey=${KEY}`);
    const error = await errorOf(hub.registry(wrong).list());
    expect(error).toMatchObject({ name: 'UnauthorizedError', message: 'Unauthorized' });
    expect(hub.log.findLast(({ event }) => event === 'service-refused')?.fields['reason']).toBe(
      'signature-mismatch',
    );
  });

  it('calls a callback with the body and the response', async () => {
    await registry.create({ deviceId: 'called-back' });
    const answered = await new Promise<unknown[]>((resolve) => {
      registry.get('called-back', (...values) => resolve(values));
    });
    expect(answered).toMatchObject([null, { deviceId: 'called-back' }, { statusCode: 200 }]);
  });

  it('reports the message of a refusal', async () => {
    await registry.create({ deviceId: 'told' });
    const error = await errorOf(registry.create({ deviceId: 'told' }));
    expect(error.message).toBe("A device with ID 'told' is already registered.");
    expect(JSON.parse(error.responseBody ?? '')).toHaveProperty('ExceptionMessage');
  });
});

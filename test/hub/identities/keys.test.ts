import { describe, expect, it } from 'vitest';
import { parseKeyRequest } from '../../../emulator/domain/identities/key-request.ts';
import { createQuietHub, deviceIdOf, identityOf, type QuietHub, succeeded } from '../quiet-hub.ts';

const KEY = expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/);

describe('the regeneration of keys', () => {
  it.each([
    ['primaryKey', { primaryKey: KEY, secondaryKey: null }],
    ['secondaryKey', { primaryKey: null, secondaryKey: KEY }],
    ['both', { primaryKey: KEY, secondaryKey: KEY }],
  ] as const)('replaces the keys of a device: %s', (policyKey, printed) => {
    const quiet = createQuietHub();
    quiet.register('d1');
    const before = deviceOf(quiet);
    const { outcome, document } = regenerate(quiet, policyKey, 'd1');
    expect(outcome).toBe('all');
    expect(document).toEqual({
      policyKey,
      rotatedKeys: [{ id: 'd1', moduleId: null, ...printed }],
      errors: [],
    });
    const after = deviceOf(quiet);
    expect(after.etagNumber).toBe(before.etagNumber + 1);
    for (const name of ['primaryKey', 'secondaryKey'] as const) {
      const isNew = after.authentication.symmetricKey[name] !== before.authentication.symmetricKey[name];
      expect(isNew).toBe(policyKey === name || policyKey === 'both');
    }
  });

  it('replaces the keys of a module', () => {
    const quiet = createQuietHub();
    quiet.register('d1/m1');
    const { document } = regenerate(quiet, 'both', 'd1/m1');
    const [rotated] = document.rotatedKeys as readonly object[];
    expect(rotated).toMatchObject({ id: 'd1', moduleId: 'm1' });
    const module = succeeded(quiet.hub.modules.getModule(identityOf('d1/m1'))).identity;
    expect(rotated).toMatchObject(module.authentication.symmetricKey);
  });

  it('keeps the connection of a device open', () => {
    const quiet = createQuietHub();
    quiet.register('d1');
    const { session } = quiet.connect('d1');
    regenerate(quiet, 'both', 'd1');
    expect(quiet.hub.sessions.find(session.identity)).toBe(session);
  });

  it('replaces the keys of valid identities and returns the errors of the others', () => {
    const quiet = createQuietHub();
    quiet.register('d1');
    quiet.register('certified', { authentication: { type: 'certificateAuthority' } });
    const { outcome, document } = regenerate(quiet, 'both', 'd1', 'certified', 'nope', 'd1/nope');
    expect(outcome).toBe('some');
    expect(document.rotatedKeys).toHaveLength(1);
    expect(document.errors).toMatchObject([
      { id: 'certified', errorCode: 400004 },
      { id: 'nope', moduleId: null, errorCode: 404001, errorStatus: 'Device nope not registered' },
      { id: 'd1', moduleId: 'nope', errorCode: 404010 },
    ]);
    expect(regenerate(quiet, 'both', 'nope').outcome).toBe('none');
  });
});

it('the statistics count devices by status and connected devices, without modules', () => {
  const quiet = createQuietHub();
  expect(quiet.hub.statistics.getDeviceStatistics()).toEqual({
    totalDeviceCount: 0,
    enabledDeviceCount: 0,
    disabledDeviceCount: 0,
  });
  quiet.register('d1/m1');
  quiet.register('d2', { status: 'disabled' });
  quiet.connect('d1');
  quiet.connect('d1/m1');
  expect(quiet.hub.statistics.getDeviceStatistics()).toEqual({
    totalDeviceCount: 2,
    enabledDeviceCount: 1,
    disabledDeviceCount: 1,
  });
  expect(quiet.hub.statistics.getServiceStatistics()).toEqual({ connectedDeviceCount: 1 });
});

function regenerate({ hub }: QuietHub, policyKey: string, ...clientIds: readonly string[]) {
  const devices = clientIds.map((clientId) => {
    const { deviceId, moduleId } = identityOf(clientId);
    return { id: deviceId, moduleId: moduleId ?? null };
  });
  return hub.keys.regenerateKeys(succeeded(parseKeyRequest({ policyKey, devices })));
}

function deviceOf({ hub }: QuietHub) {
  return succeeded(hub.devices.getDevice(deviceIdOf('d1'))).identity;
}

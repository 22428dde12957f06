import { describe, expect, it } from 'vitest';
import type { DeviceId, ModuleId } from '../../../emulator/domain/identities/client-identity.ts';
import type { ClientActivity, DeviceIdentity } from '../../../emulator/domain/identities/identity.ts';
import {
  formatDevice,
  formatModule,
  type IdentityForm,
} from '../../../emulator/domain/identities/identity-document.ts';
import { NEVER } from '../../../emulator/domain/time.ts';

const SHARED = {
  deviceId: 'd' as DeviceId,
  generationId: '638000000000000000',
  etagNumber: 7,
  authentication: {
    type: 'sas',
    symmetricKey: { primaryKey: 'QQ==', secondaryKey: 'Qg==' },
    x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
  },
} as const;
const DEVICE: DeviceIdentity = {
  ...SHARED,
  kind: 'device',
  status: 'enabled',
  statusReason: null,
  statusUpdatedTime: NEVER,
  isEdge: false,
  deviceScope: null,
  parentScopes: [],
};
const ACTIVITY: ClientActivity = {
  connectionState: 'Disconnected',
  connectionStateUpdatedTime: '2026-01-01T00:00:00Z',
  lastActivityTime: NEVER,
};
const AUTHENTICATION =
  '{"symmetricKey":{"primaryKey":"QQ==","secondaryKey":"Qg=="},"x509Thumbprint":{"primaryThumbprint":null,"secondaryThumbprint":null},"type":"sas"}';

function format(change: Partial<DeviceIdentity>, form: IdentityForm): string {
  return formatDevice(
    { identity: { ...DEVICE, ...change }, activity: ACTIVITY, pendingMessageCount: 3 },
    form,
  );
}

describe('the document of a device identity', () => {
  it('has its members in the order of the service', () => {
    expect(format({}, 'stored')).toBe(
      `{"deviceId":"d","generationId":"638000000000000000","etag":"Nw==","connectionState":"Disconnected","status":"enabled","statusReason":null,"connectionStateUpdatedTime":"2026-01-01T00:00:00Z","statusUpdatedTime":"0001-01-01T00:00:00Z","lastActivityTime":"0001-01-01T00:00:00Z","cloudToDeviceMessageCount":3,"authentication":${AUTHENTICATION},"capabilities":{"iotEdge":false}}`,
    );
  });

  it('prints "never" without Z after a create, and other times with Z', () => {
    expect(JSON.parse(format({}, 'created'))).toMatchObject({
      connectionStateUpdatedTime: '2026-01-01T00:00:00Z',
      statusUpdatedTime: '0001-01-01T00:00:00',
      lastActivityTime: '0001-01-01T00:00:00',
    });
  });

  it('escapes free text', () => {
    const statusReason = 'a "quoted"\n\\ reason';
    expect(JSON.parse(format({ statusReason }, 'stored'))).toMatchObject({ statusReason });
  });

  it.each<[string, Partial<DeviceIdentity>, IdentityForm, readonly string[] | undefined]>([
    ['a created device', {}, 'created', []],
    ['an update that names parent scopes', {}, 'updated', []],
    ['a stored device without a parent', {}, 'stored', undefined],
    ['a stored device with a parent', { parentScopes: ['s'] }, 'stored', ['s']],
    ['a stored IoT Edge device', { isEdge: true }, 'stored', []],
  ])('has the parent scopes of %s', (_title, change, form, parentScopes) => {
    const document = JSON.parse(format(change, form));
    expect(document.parentScopes).toEqual(parentScopes);
    expect(Object.hasOwn(document, 'parentScopes')).toBe(parentScopes !== undefined);
  });

  it('has a device scope only if the device has one', () => {
    expect(format({}, 'created')).not.toContain('deviceScope');
    expect(format({ deviceScope: 'ms-azure-iot-edge://d-1' }, 'stored')).toContain(
      '},"deviceScope":"ms-azure-iot-edge://d-1"',
    );
  });
});

describe('the document of a module identity', () => {
  const identity = { ...SHARED, kind: 'module', moduleId: 'm' as ModuleId, managedBy: null } as const;

  it('has its members in the order of the service', () => {
    expect(formatModule({ identity, activity: ACTIVITY, pendingMessageCount: 0 }, 'stored')).toBe(
      `{"moduleId":"m","managedBy":null,"deviceId":"d","generationId":"638000000000000000","etag":"Nw==","connectionState":"Disconnected","connectionStateUpdatedTime":"2026-01-01T00:00:00Z","lastActivityTime":"0001-01-01T00:00:00Z","cloudToDeviceMessageCount":0,"authentication":${AUTHENTICATION}}`,
    );
  });
});

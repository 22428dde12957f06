import { describe, expect, test } from 'vitest';
import type { DeviceId, ModuleId } from '../../../emulator/domain/identities/client-identity.ts';
import {
  parseDeviceRequest,
  parseModuleRequest,
} from '../../../emulator/domain/identities/identity-request.ts';
import type { JsonValue } from '../../../emulator/domain/json.ts';
import { parseTwinPatch } from '../../../emulator/domain/twins/twin-request.ts';

const [DEVICE, MODULE] = ['d1' as DeviceId, 'm1' as ModuleId];
const THUMBPRINT = 'aB'.repeat(20);

describe('the names of members count in any letter case', () => {
  test('of a device', () => {
    const body = {
      DeviceId: 'd1',
      Status: 'Disabled',
      StatusReason: 'lost',
      Authentication: { Type: 'SelfSigned', X509Thumbprint: { PrimaryThumbprint: THUMBPRINT } },
      Capabilities: { IotEdge: true },
      ParentScopes: [],
    };
    expect(parseDeviceRequest(DEVICE, body)).toMatchObject({
      ok: true,
      value: {
        status: 'disabled',
        statusReason: 'lost',
        authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: THUMBPRINT } },
        isEdge: true,
        parentScopes: [],
      },
    });
  });

  test('of a module', () => {
    expect(parseModuleRequest(DEVICE, MODULE, { ManagedBy: 'iotEdge' })).toMatchObject({
      ok: true,
      value: { managedBy: 'iotEdge', authentication: { type: 'sas' } },
    });
  });

  test('of a twin, but not the names of its properties', () => {
    const body = { Tags: { Site: 1 }, Properties: { Desired: { A: 1, a: 2 } } };
    expect(parseTwinPatch(body)).toEqual({
      ok: true,
      value: { tags: { Site: 1 }, desired: { A: 1, a: 2 } },
    });
  });
});

describe('a device is refused', () => {
  test.each<[string, JsonValue]>([
    ['of another id than its path', { deviceId: 'd2' }],
    ['in a status that there is not', { status: 'lost' }],
    ['with a reason that is too long', { statusReason: 'x'.repeat(129) }],
    ['without authentication', { authentication: { type: 'none' } }],
    ['by an unknown authentication', { authentication: { type: 'password' } }],
    ['by one that every object has a member of', { authentication: { type: 'constructor' } }],
    ['by a type that is no text', { authentication: { type: { toString: 1 } } }],
    ['with one key', { authentication: { symmetricKey: { primaryKey: 'A'.repeat(44) } } }],
    ['with a thumbprint in pairs', { authentication: { x509Thumbprint: { primaryThumbprint: 'aa:bb' } } }],
    ['with a capability that is neither true nor false', { capabilities: { iotEdge: 'yes' } }],
    ['with parents that are no list', { parentScopes: 'ms-azure-iot-edge://e1-1' }],
    ['that is no object', []],
  ])('%s', (_title, body) => {
    expect(parseDeviceRequest(DEVICE, body)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
  });
});

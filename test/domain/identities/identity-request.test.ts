import { describe, expect, it } from 'vitest';
import type { DeviceId, ModuleId } from '../../../emulator/domain/identities/client-identity.ts';
import {
  parseDeviceRequest,
  parseModuleRequest,
} from '../../../emulator/domain/identities/identity-request.ts';
import type { JsonValue } from '../../../emulator/domain/json.ts';
import { parseTwinPatch } from '../../../emulator/domain/twins/twin-request.ts';

const [DEVICE, MODULE] = ['d1' as DeviceId, 'm1' as ModuleId];
const THUMBPRINT = 'aB'.repeat(20);

describe('the parser of identities and twins', () => {
  it('ignores the case of the member names of a device', () => {
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

  it('ignores the case of the member names of a module', () => {
    expect(parseModuleRequest(DEVICE, MODULE, { ManagedBy: 'iotEdge' })).toMatchObject({
      ok: true,
      value: { managedBy: 'iotEdge', authentication: { type: 'sas' } },
    });
  });

  it('ignores the case of the member names of a twin, but not of its properties', () => {
    const body = { Tags: { Site: 1 }, Properties: { Desired: { A: 1, a: 2 } } };
    expect(parseTwinPatch(body)).toEqual({
      ok: true,
      value: { tags: { Site: 1 }, desired: { A: 1, a: 2 } },
    });
  });
});

describe('an invalid device request', () => {
  it.each<[string, JsonValue]>([
    ['its id differs from the path', { deviceId: 'd2' }],
    ['its status is unknown', { status: 'lost' }],
    ['its status reason has 129 characters', { statusReason: 'x'.repeat(129) }],
    ['its authentication type is none', { authentication: { type: 'none' } }],
    ['its authentication type is unknown', { authentication: { type: 'password' } }],
    ['its authentication type is a member of every object', { authentication: { type: 'constructor' } }],
    ['its authentication type is not a string', { authentication: { type: { toString: 1 } } }],
    ['it has only one key', { authentication: { symmetricKey: { primaryKey: 'A'.repeat(44) } } }],
    ['its thumbprint has separators', { authentication: { x509Thumbprint: { primaryThumbprint: 'aa:bb' } } }],
    ['its capability is not a boolean', { capabilities: { iotEdge: 'yes' } }],
    ['its parent scopes are not an array', { parentScopes: 'ms-azure-iot-edge://e1-1' }],
    ['it is not an object', []],
  ])('is refused if %s', (_title, body) => {
    expect(parseDeviceRequest(DEVICE, body)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
  });
});

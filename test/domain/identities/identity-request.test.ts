import { describe, expect, it } from 'vitest';
import type { DeviceId, ModuleId } from '../../../emulator/domain/identities/client-identity.ts';
import {
  parseDeviceRequest,
  parseModuleRequest,
} from '../../../emulator/domain/identities/identity-request.ts';
import { type JsonObject, type JsonValue, NumberText } from '../../../emulator/domain/json.ts';
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

describe('a typed member of an identity', () => {
  const digits = '1'.repeat(40);
  const KEYS = { primaryKey: 'A'.repeat(44), secondaryKey: 'B'.repeat(44) };

  it.each<[string, JsonValue, object]>([
    ['capabilities.iotEdge "true"', { capabilities: { iotEdge: 'true' } }, { isEdge: true }],
    ['capabilities.iotEdge "False"', { capabilities: { iotEdge: 'False' } }, { isEdge: false }],
    ['capabilities.iotEdge 1', { capabilities: { iotEdge: 1 } }, { isEdge: true }],
    ['capabilities.iotEdge 0', { capabilities: { iotEdge: 0 } }, { isEdge: false }],
    ['capabilities.iotEdge ""', { capabilities: { iotEdge: '' } }, { isEdge: false }],
    ['statusReason 5', { statusReason: 5 }, { statusReason: '5' }],
    ['statusReason 5.0', { statusReason: new NumberText('5.0') }, { statusReason: '5.0' }],
    ['statusReason true', { statusReason: true }, { statusReason: 'true' }],
    ['statusReason ""', { statusReason: '' }, { statusReason: '' }],
    ['status 0', { status: 0 }, { status: 'enabled' }],
    ['status 1', { status: 1 }, { status: 'disabled' }],
    ['status "1"', { status: '1' }, { status: 'disabled' }],
    ['status " Disabled "', { status: ' Disabled ' }, { status: 'disabled' }],
    ['deviceScope 5', { deviceScope: 5 }, { deviceScope: '5' }],
    ['parentScopes [5, "e"]', { parentScopes: [5, 'e'] }, { parentScopes: ['5', 'e'] }],
    [
      'authentication.type 1',
      { authentication: { type: 1, x509Thumbprint: { primaryThumbprint: new NumberText(digits) } } },
      { authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: digits } } },
    ],
    [
      'authentication.type 2',
      { authentication: { type: 2 } },
      { authentication: { type: 'certificateAuthority' } },
    ],
    [
      'authentication.type "0"',
      { authentication: { type: '0', symmetricKey: KEYS } },
      { authentication: { type: 'sas', symmetricKey: KEYS } },
    ],
  ])('is converted in a device: %s', (_title, body, expected) => {
    expect(parseDeviceRequest(DEVICE, body)).toMatchObject({ ok: true, value: expected });
  });

  it('is converted in a module', () => {
    expect(parseModuleRequest(DEVICE, MODULE, { managedBy: 5, authentication: { type: 3 } })).toMatchObject({
      ok: true,
      value: { managedBy: '5', authentication: { type: 'sas' } },
    });
  });

  it('is converted before an id is compared with the path', () => {
    const [device, module] = ['5' as DeviceId, '6.0' as ModuleId];
    const body = { deviceId: 5, moduleId: new NumberText('6.0') };
    expect(parseDeviceRequest(device, body).ok).toBe(true);
    expect(parseModuleRequest(device, module, body).ok).toBe(true);
    expect(parseModuleRequest(device, MODULE, body).ok).toBe(false);
  });
});

describe('a value of free JSON in a twin', () => {
  it('is never converted', () => {
    const free: JsonObject = { text: '30', flag: 'true', list: ['1', 1, null], exact: new NumberText('1.0') };
    expect(parseTwinPatch({ tags: free, properties: { desired: free } })).toEqual({
      ok: true,
      value: { tags: free, desired: free },
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
    ['its status is a number without a name', { status: 2 }],
    ['its status is a decimal number', { status: new NumberText('1.0') }],
    ['its status is empty', { status: '' }],
    ['its status is a boolean', { status: true }],
    ['its status reason is an object', { statusReason: {} }],
    ['its status reason is an array', { statusReason: ['lost'] }],
    ['its authentication type is a number without a name', { authentication: { type: 4 } }],
    ['its authentication type is the number of none', { authentication: { type: 3 } }],
    ['its authentication is a string', { authentication: 'sas' }],
    ['its capabilities are a boolean', { capabilities: true }],
    ['its capability is an object', { capabilities: { iotEdge: {} } }],
    ['its capability is a number in a string', { capabilities: { iotEdge: '1' } }],
    ['one of its parent scopes is null', { parentScopes: [null] }],
    ['one of its parent scopes is an object', { parentScopes: [{}] }],
    ['its capability is not a boolean', { capabilities: { iotEdge: 'yes' } }],
    ['its parent scopes are not an array', { parentScopes: 'ms-azure-iot-edge://e1-1' }],
    ['it is not an object', []],
  ])('is refused if %s', (_title, body) => {
    expect(parseDeviceRequest(DEVICE, body)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
  });
});

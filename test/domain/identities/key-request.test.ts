import { describe, expect, it } from 'vitest';
import { parseKeyRequest } from '../../../emulator/domain/identities/key-request.ts';
import type { JsonValue } from '../../../emulator/domain/json.ts';

describe('a request to regenerate keys', () => {
  it.each(['primaryKey', 'secondaryKey', 'both'])('is accepted with policyKey %s', (policyKey) => {
    const devices = [{ id: 'd1' }, { id: 'd1', moduleId: 'm1' }, { id: 'd2', moduleId: null }];
    expect(parseKeyRequest({ policyKey, devices })).toEqual({
      ok: true,
      value: {
        policyKey,
        identities: [{ deviceId: 'd1' }, { deviceId: 'd1', moduleId: 'm1' }, { deviceId: 'd2' }],
      },
    });
  });

  it('is accepted with ids that are numbers, and a name in any case', () => {
    expect(parseKeyRequest({ PolicyKey: ' BOTH ', Devices: [{ Id: 5, moduleId: 6 }] })).toEqual({
      ok: true,
      value: { policyKey: 'both', identities: [{ deviceId: '5', moduleId: '6' }] },
    });
  });

  it.each<[string, string, JsonValue]>([
    ['policyKey is a number', 'InvalidPolicyKey', { policyKey: 0, devices: [{ id: 'd1' }] }],
    ['a device id is an object', 'ArgumentInvalid', { policyKey: 'both', devices: [{ id: {} }] }],
    [
      'a module id is an array',
      'ArgumentInvalid',
      { policyKey: 'both', devices: [{ id: 'd', moduleId: [] }] },
    ],
    ['policyKey is missing', 'InvalidPolicyKey', { devices: [{ id: 'd1' }] }],
    ['policyKey is unknown', 'InvalidPolicyKey', { policyKey: 'Unknown', devices: [{ id: 'd1' }] }],
    [
      'policyKey is not a string',
      'InvalidPolicyKey',
      { policyKey: { toString: 1 }, devices: [{ id: 'd1' }] },
    ],
    ['devices is empty', 'ArgumentInvalid', { policyKey: 'both', devices: [] }],
    ['devices is missing', 'ArgumentInvalid', { policyKey: 'both' }],
    ['a device has no id', 'ArgumentInvalid', { policyKey: 'both', devices: [{ deviceId: 'd1' }] }],
    ['a device id is invalid', 'ArgumentInvalid', { policyKey: 'both', devices: [{ id: 'a/b' }] }],
    ['it is not an object', 'ArgumentInvalid', []],
  ])('is refused if %s', (_title, name, body) => {
    expect(parseKeyRequest(body)).toMatchObject({ ok: false, error: { name } });
  });
});

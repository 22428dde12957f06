import { describe, expect, test } from 'vitest';
import { parseKeyRequest } from '../../../emulator/domain/identities/key-request.ts';
import type { JsonValue } from '../../../emulator/domain/json.ts';

describe('new keys are asked for', () => {
  test.each(['primaryKey', 'secondaryKey', 'both'])('by %s', (policyKey) => {
    const devices = [{ id: 'd1' }, { id: 'd1', moduleId: 'm1' }, { id: 'd2', moduleId: null }];
    expect(parseKeyRequest({ policyKey, devices })).toEqual({
      ok: true,
      value: {
        policyKey,
        identities: [{ deviceId: 'd1' }, { deviceId: 'd1', moduleId: 'm1' }, { deviceId: 'd2' }],
      },
    });
  });

  test.each<[string, string, JsonValue]>([
    ['without a key', 'InvalidPolicyKey', { devices: [{ id: 'd1' }] }],
    ['for an unknown key', 'InvalidPolicyKey', { policyKey: 'Unknown', devices: [{ id: 'd1' }] }],
    [
      'for a key that is no text',
      'InvalidPolicyKey',
      { policyKey: { toString: 1 }, devices: [{ id: 'd1' }] },
    ],
    ['for nobody', 'ArgumentInvalid', { policyKey: 'both', devices: [] }],
    ['without devices', 'ArgumentInvalid', { policyKey: 'both' }],
    ['for a device without an id', 'ArgumentInvalid', { policyKey: 'both', devices: [{ deviceId: 'd1' }] }],
    ['for what is no id', 'ArgumentInvalid', { policyKey: 'both', devices: [{ id: 'a/b' }] }],
    ['by what is no object', 'ArgumentInvalid', []],
  ])('and refused %s', (_title, name, body) => {
    expect(parseKeyRequest(body)).toMatchObject({ ok: false, error: { name } });
  });
});

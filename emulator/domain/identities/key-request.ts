import { enumOf, textOf } from '../binding/typed-members.ts';
import { isJsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { type ClientIdentity, parseClientIdentity } from './client-identity.ts';

export type PolicyKey = 'primaryKey' | 'secondaryKey' | 'both';

/** A request to regenerate keys of devices and modules. */
export interface KeyRequest {
  readonly policyKey: PolicyKey;
  readonly identities: readonly ClientIdentity[];
}

// The numbers of these names are unknown: only Azure CLI calls this operation, and it sends names.
const POLICY_KEYS: readonly PolicyKey[] = ['primaryKey', 'secondaryKey', 'both'];
const MAXIMUM_IDENTITIES = 100;

/** Parses the body `{policyKey, devices: [{id, moduleId?}]}`. */
export function parseKeyRequest(body: JsonValue): Result<KeyRequest> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'The body must be a JSON object.');
  const policyKey = enumOf(memberInAnyCase(body, 'policyKey'), undefined, POLICY_KEYS, undefined);
  if (policyKey === undefined) {
    return failed('InvalidPolicyKey', `policyKey must be one of ${POLICY_KEYS.join(', ')}.`);
  }
  const devices = memberInAnyCase(body, 'devices');
  if (!Array.isArray(devices) || devices.length === 0 || devices.length > MAXIMUM_IDENTITIES) {
    return failed('ArgumentInvalid', `devices must be an array of 1 to ${MAXIMUM_IDENTITIES} items.`);
  }
  const identities: ClientIdentity[] = [];
  for (const device of devices as readonly JsonValue[]) {
    const identity = parseIdentity(device);
    if (!identity.ok) return identity;
    identities.push(identity.value);
  }
  return ok({ policyKey, identities });
}

function parseIdentity(device: JsonValue): Result<ClientIdentity> {
  const id = isJsonObject(device) ? textOf(memberInAnyCase(device, 'id'), undefined) : undefined;
  const moduleId = isJsonObject(device) ? textOf(memberInAnyCase(device, 'moduleId'), '') : undefined;
  if (id === undefined || moduleId === undefined) {
    return failed('ArgumentInvalid', "Each of the devices needs an 'id', and may have a 'moduleId'.");
  }
  return parseClientIdentity(id, moduleId === '' ? undefined : moduleId);
}

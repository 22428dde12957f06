import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { formatIdentityEtag, type Identity } from '../../domain/identities/identity.ts';
import { isMet, type Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientState } from '../../store/hub-store.ts';
import type { HubParts } from '../hub-parts.ts';

const MAXIMUM_IDENTITIES = 1_000_000;

export function checkEtag(identity: Identity, precondition: Precondition): Result<void> {
  if (isMet(precondition, formatIdentityEtag(identity.etagNumber))) return ok(undefined);
  return failed('PreconditionFailed', 'PreconditionFailed');
}

/** Checks the precondition of a deletion, which must be an etag or `*`. */
export function checkDelete(identity: Identity, precondition: Precondition): Result<void> {
  if (precondition.kind === 'none') return failed('PreconditionFailed', 'Etag missing');
  return checkEtag(identity, precondition);
}

/** Checks whether the hub can hold one more device or module. Error: `TooManyDevices`. */
export function checkRoom({ identityCount }: ClientState): Result<void> {
  if (identityCount < MAXIMUM_IDENTITIES) return ok(undefined);
  return failed('TooManyDevices', `A hub holds at most ${MAXIMUM_IDENTITIES} devices and modules.`);
}

/** Returns `ModuleNotFound` if only the module is missing, otherwise `DeviceNotFound`. */
export function failMissing({ store, options }: HubParts, identity: ClientIdentity): Result<never> {
  const { deviceId, moduleId } = identity;
  if (moduleId === undefined || !store.clients.devices.has(deviceId)) {
    return failed('DeviceNotFound', `Device ${deviceId} not registered`);
  }
  const text = `Device ${deviceId} Module ${moduleId} at IotHub ${options.hostNames[0]} not registered.`;
  return failed('ModuleNotFound', text);
}

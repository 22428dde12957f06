import { formatIdentityEtag, type Identity } from '../../domain/identities/identity.ts';
import { isMet, type Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { HubState } from '../../store/hub-state.ts';

const MAXIMUM_IDENTITIES = 1_000_000;

export function checkEtag(identity: Identity, precondition: Precondition): Result<void> {
  if (isMet(precondition, formatIdentityEtag(identity.etagNumber))) return ok(undefined);
  return failed('PreconditionFailed', 'PreconditionFailed');
}

/** A deletion has to name an etag, or `*`. */
export function checkDelete(identity: Identity, precondition: Precondition): Result<void> {
  if (precondition.kind === 'none') return failed('PreconditionFailed', 'Etag missing');
  return checkEtag(identity, precondition);
}

/** Whether the hub can hold one more device or module. */
export function checkRoom(state: HubState): Result<void> {
  if (state.identityCount < MAXIMUM_IDENTITIES) return ok(undefined);
  return failed('TooManyDevices', `A hub holds at most ${MAXIMUM_IDENTITIES} devices and modules.`);
}

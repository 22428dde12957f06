import { HUB_ERRORS } from '../../domain/errors.ts';
import type { Authentication } from '../../domain/identities/authentication.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { PolicyKey } from '../../domain/identities/key-request.ts';
import type { JsonObject } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Keys } from '../service-operations.ts';
import type { IdentityMaker } from './identity-maker.ts';
import { failMissing } from './missing-client.ts';

/** Makes the regeneration of keys. Connections stay: a key counts when a client connects. */
export function createKeys(parts: HubParts, maker: IdentityMaker): Keys {
  return {
    regenerateKeys: ({ policyKey, identities }) => {
      const rotatedKeys: JsonObject[] = [];
      const errors: JsonObject[] = [];
      for (const identity of identities) {
        const ids = { id: identity.deviceId, moduleId: identity.moduleId ?? null };
        const rotated = rotate(identity, policyKey);
        if (rotated.ok) rotatedKeys.push({ ...ids, ...rotated.value });
        else {
          const { name, message } = rotated.error;
          errors.push({ ...ids, errorCode: HUB_ERRORS[name], errorStatus: message });
        }
      }
      return {
        outcome: errors.length === 0 ? 'all' : rotatedKeys.length === 0 ? 'none' : 'some',
        document: { policyKey, rotatedKeys, errors },
      };
    },
  };

  /** The new keys, null for one that stays. */
  function rotate(identity: ClientIdentity, policyKey: PolicyKey): Result<Authentication['symmetricKey']> {
    const record = parts.state.find(identity);
    if (record === undefined) return failMissing(parts, identity);
    const { authentication } = record.identity;
    if (authentication.type !== 'sas') {
      return failed('ArgumentInvalid', 'Only an identity that authenticates by keys can have new ones.');
    }
    const fresh = {
      primaryKey: policyKey === 'secondaryKey' ? null : maker.newKey(),
      secondaryKey: policyKey === 'primaryKey' ? null : maker.newKey(),
    };
    const { primaryKey, secondaryKey } = authentication.symmetricKey;
    keep(record, {
      ...authentication,
      symmetricKey: {
        primaryKey: fresh.primaryKey ?? primaryKey,
        secondaryKey: fresh.secondaryKey ?? secondaryKey,
      },
    });
    return ok(fresh);
  }

  function keep(record: ClientRecord, authentication: Authentication): void {
    const change = { authentication, etagNumber: record.identity.etagNumber + 1 };
    if (record.kind === 'device') record.identity = { ...record.identity, ...change };
    else record.identity = { ...record.identity, ...change };
  }
}

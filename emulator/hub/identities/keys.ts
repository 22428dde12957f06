import { HUB_ERRORS } from '../../domain/errors.ts';
import type { Authentication } from '../../domain/identities/authentication.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { KeyRequest, PolicyKey } from '../../domain/identities/key-request.ts';
import type { JsonObject } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { IdentityFactory } from './identity-factory.ts';
import { failMissing } from './identity-rules.ts';

/** The regeneration of keys. Connections remain open, because a key is checked only when a client connects. */
export class Keys {
  readonly #parts: HubParts;
  readonly #factory: IdentityFactory;

  constructor(parts: HubParts, factory: IdentityFactory) {
    this.#parts = parts;
    this.#factory = factory;
  }

  /** Regenerates the keys of identities. `outcome` is whether all, some or none of the identities have new keys. */
  regenerateKeys({ policyKey, identities }: KeyRequest): {
    readonly outcome: 'all' | 'some' | 'none';
    readonly document: JsonObject;
  } {
    const rotatedKeys: JsonObject[] = [];
    const errors: JsonObject[] = [];
    for (const identity of identities) {
      const ids = { id: identity.deviceId, moduleId: identity.moduleId ?? null };
      const rotated = this.#rotate(identity, policyKey);
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
  }

  /** Returns the new keys. Null means that the key does not change. */
  #rotate(identity: ClientIdentity, policyKey: PolicyKey): Result<Authentication['symmetricKey']> {
    const record = this.#parts.store.clients.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    const { authentication } = record.identity;
    if (authentication.type !== 'sas') {
      return failed('ArgumentInvalid', 'Only an identity that authenticates by keys can have new ones.');
    }
    const fresh = {
      primaryKey: policyKey === 'secondaryKey' ? null : this.#factory.newKey(),
      secondaryKey: policyKey === 'primaryKey' ? null : this.#factory.newKey(),
    };
    const { primaryKey, secondaryKey } = authentication.symmetricKey;
    this.#replace(record, {
      ...authentication,
      symmetricKey: {
        primaryKey: fresh.primaryKey ?? primaryKey,
        secondaryKey: fresh.secondaryKey ?? secondaryKey,
      },
    });
    return ok(fresh);
  }

  #replace(record: ClientRecord, authentication: Authentication): void {
    const { clients } = this.#parts.store;
    const change = { authentication, etagNumber: record.identity.etagNumber + 1 };
    if (record.kind === 'device') clients.replaceIdentity(record, { ...record.identity, ...change });
    else clients.replaceIdentity(record, { ...record.identity, ...change });
  }
}

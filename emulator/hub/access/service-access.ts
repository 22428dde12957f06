import { coversResource } from '../../auth/audience.ts';
import { refused } from '../../auth/refusal-reasons.ts';
import { isExpired, parseSasToken, type SasToken, verifySasToken } from '../../auth/sas-token.ts';
import { type Permission, type Policy, withIncludedPermissions } from '../../domain/access/policy.ts';
import { ok, type Result } from '../../domain/result.ts';
import type { HubParts } from '../hub-parts.ts';

/** A service token whose signature was verified once. Later only its expiry and audience are checked. */
interface VerifiedToken {
  readonly token: SasToken;
  readonly policy: Policy;
  readonly coversWholeHub: boolean;
}

// A full cache is cleared completely, because tokens are few and expire soon.
const MAXIMUM_VERIFIED_TOKENS = 1024;
const AUTHORIZED: Result<void> = ok(undefined);

/** Authorizes service requests by the shared access policies of the hub. */
export class ServiceAccess {
  readonly #parts: HubParts;
  readonly #policies: ReadonlyMap<string, Policy>;
  readonly #verifiedTokens = new Map<string, Result<VerifiedToken>>();

  constructor(parts: HubParts) {
    this.#parts = parts;
    const policies = parts.options.policies.map(withIncludedPermissions);
    this.#policies = new Map(policies.map((policy) => [policy.name, policy]));
  }

  authorize(
    authorization: string | undefined,
    permissions: readonly Permission[],
    path: readonly string[],
    addressedName: string | undefined,
    isEntraRefused: boolean,
  ): Result<void> {
    if (authorization === undefined || authorization === '') return refused('credentials-missing');
    // An Entra token is accepted without a check, because the emulator has no directory.
    if (/^Bearer \S/.test(authorization)) {
      return isEntraRefused ? refused('credential-kind-mismatch') : AUTHORIZED;
    }
    const verified =
      this.#verifiedTokens.get(authorization) ?? this.#verify(authorization, path, addressedName);
    if (!verified.ok) return verified;
    const { token, policy, coversWholeHub } = verified.value;
    if (isExpired(token, this.#parts.clock.now())) return refused('token-expired');
    if (!coversWholeHub) {
      const { hostNames } = this.#parts.options;
      const isCovered = coversResource(token, { hostNames, addressedName, path });
      if (!isCovered) return refused('audience-mismatch');
    }
    for (const permission of permissions) if (policy.permissions.includes(permission)) return AUTHORIZED;
    return refusePermission(policy, permissions);
  }

  /** Returns the policy that a token names. */
  findPolicy(name: string): Result<Policy> {
    const policy = this.#policies.get(name);
    return policy === undefined
      ? refused('policy-unknown', `The policy '${name}' does not exist.`)
      : ok(policy);
  }

  #verify(
    authorization: string,
    path: readonly string[],
    addressedName: string | undefined,
  ): Result<VerifiedToken> {
    const parsed = parseSasToken(authorization);
    if (!parsed.ok) return parsed;
    const token = parsed.value;
    if (token.policyName === undefined) {
      return refused('policy-unknown', 'The token does not name a shared access policy (skn).');
    }
    const policy = this.findPolicy(token.policyName);
    if (!policy.ok) return policy;
    const { hostNames } = this.#parts.options;
    const keys = [policy.value.primaryKey, policy.value.secondaryKey];
    const now = this.#parts.clock.now();
    const valid = verifySasToken(token, { hostNames, addressedName, path, keys, now });
    if (!valid.ok) return valid;
    const coversWholeHub = coversResource(token, { hostNames, addressedName, path: [] });
    const verified = ok({ token, policy: policy.value, coversWholeHub });
    if (this.#verifiedTokens.size >= MAXIMUM_VERIFIED_TOKENS) this.#verifiedTokens.clear();
    this.#verifiedTokens.set(authorization, verified);
    return verified;
  }
}

/** Refuses a policy that grants none of the permissions. */
export function refusePermission(policy: Policy, permissions: readonly Permission[]): Result<never> {
  return refused('permission-missing', `The policy '${policy.name}' lacks ${permissions.join(' or ')}.`);
}

import { coversResource, isHostName } from '../../auth/audience.ts';
import { verifySelfSigned } from '../../auth/certificate.ts';
import {
  parseTrustedAuthorities,
  type TrustedAuthority,
  verifyAuthoritySigned,
} from '../../auth/certificate-chain.ts';
import { type RefusalReason, refused } from '../../auth/refusal-reasons.ts';
import { isExpired, parseSasToken, type SasToken, verifySasToken } from '../../auth/sas-token.ts';
import {
  type DeviceId,
  formatClientIdentity,
  type ModuleId,
} from '../../domain/identities/client-identity.ts';
import { hasPermission, type Permission, type Policy } from '../../domain/policy.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import type { Access, AuthenticatedClient, ClientCredentials } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';

/** A service token whose signature was verified once: only its expiry and reach are checked again. */
interface VerifiedToken {
  readonly token: SasToken;
  readonly policy: Policy;
  readonly coversWholeHub: boolean;
}

// Tokens are few and short-lived; a full cache is simply begun anew.
const MAXIMUM_VERIFIED_TOKENS = 1024;

/** Makes the gate of the hub: who may connect as a client, and what a back end may do. */
export function createAccess(parts: HubParts): Result<Access> {
  const { options, clock, log } = parts;
  const { hostNames } = options;
  const policies = new Map(options.policies.map((policy) => [policy.name, policy]));
  const authorities: TrustedAuthority[] = [];
  for (const pem of options.trustedAuthorities) {
    const parsed = parseTrustedAuthorities(pem);
    if (!parsed.ok) return parsed;
    authorities.push(...parsed.value);
  }
  const verifiedTokens = new Map<string, VerifiedToken>();

  return ok({
    authenticateClient: (credentials) => {
      const authenticated = authenticate(credentials);
      if (authenticated.ok) return authenticated;
      const { message, reason } = authenticated.error;
      const { deviceId, moduleId } = credentials;
      log('warn', 'client-refused', { deviceId, moduleId, reason, message });
      return failed('IotHubUnauthorized', 'Unauthorized', reason);
    },
    authorizeService: (authorization, permissions, path, { isEntraRefused = false } = {}) => {
      const authorized = authorize(authorization, permissions, path, isEntraRefused);
      if (authorized.ok) return authorized;
      const { message, reason } = authorized.error;
      log('warn', 'service-refused', { resource: path.join('/'), reason, message });
      return failed('IotHubUnauthorizedAccess', 'Unauthorized', reason);
    },
  });

  function authenticate(credentials: ClientCredentials): Result<AuthenticatedClient> {
    if (credentials.hostName !== undefined && !isHostName(credentials.hostName, hostNames)) {
      return refused('host-name-mismatch', `'${credentials.hostName}' is none of ${hostNames.join(', ')}.`);
    }
    const device = parts.state.devices.get(credentials.deviceId as DeviceId);
    if (device === undefined) return refused('device-unknown');
    if (device.identity.status === 'disabled') return refused('identity-disabled');
    const { moduleId } = credentials;
    const record = moduleId === undefined ? device : device.modules.get(moduleId as ModuleId);
    if (record === undefined) return refused('module-unknown');
    switch (credentials.credential.kind) {
      case 'token':
        return authenticateToken(record, credentials.credential.token);
      case 'certificate':
        return authenticateCertificate(record, credentials.credential.chain);
      case 'none':
        return refused('credentials-missing');
    }
  }

  function authenticateToken(record: ClientRecord, text: string): Result<AuthenticatedClient> {
    const { identity } = record.twin;
    const parsed = parseSasToken(text);
    if (!parsed.ok) return parsed;
    const token = parsed.value;
    const path = ['devices', identity.deviceId];
    if (identity.moduleId !== undefined) path.push('modules', identity.moduleId);
    const { expiryUtc } = token;
    if (token.policyName !== undefined) {
      const policy = findPolicy(token.policyName, ['DeviceConnect']);
      if (!policy.ok) return policy;
      const { primaryKey, secondaryKey } = policy.value;
      const verified = verifySasToken(token, {
        hostNames,
        path,
        keys: [primaryKey, secondaryKey],
        now: clock.now(),
      });
      return verified.ok ? ok({ identity, method: { scope: 'hub', type: 'sas' }, expiryUtc }) : verified;
    }
    const { type, symmetricKey } = record.identity.authentication;
    if (type !== 'sas') return refused('credential-kind-mismatch');
    const keys = [symmetricKey.primaryKey, symmetricKey.secondaryKey];
    const verified = verifySasToken(token, { hostNames, path, keys, now: clock.now() });
    return verified.ok ? ok({ identity, method: { scope: record.kind, type: 'sas' }, expiryUtc }) : verified;
  }

  function authenticateCertificate(
    record: ClientRecord,
    chain: readonly Uint8Array[],
  ): Result<AuthenticatedClient> {
    const { identity } = record.twin;
    const verified = verifyCertificate(record, chain);
    return verified.ok ? ok({ identity, method: { scope: record.kind, type: 'x509' } }) : verified;
  }

  function verifyCertificate(record: ClientRecord, chain: readonly Uint8Array[]): Result<void> {
    const { type, x509Thumbprint } = record.identity.authentication;
    switch (type) {
      case 'selfSigned':
        return verifySelfSigned(chain, x509Thumbprint, clock.now());
      case 'certificateAuthority':
        return verifyAuthoritySigned(
          chain,
          formatClientIdentity(record.twin.identity),
          authorities,
          clock.now(),
        );
      case 'sas':
      case 'none':
        return refused('credential-kind-mismatch');
    }
  }

  function authorize(
    authorization: string | undefined,
    permissions: readonly Permission[],
    path: readonly string[],
    isEntraRefused: boolean,
  ): Result<void> {
    if (authorization === undefined || authorization === '') return refused('credentials-missing');
    // Entra tokens are taken at their word: there is no directory here to ask.
    if (/^Bearer \S/.test(authorization)) {
      return isEntraRefused ? refused('credential-kind-mismatch') : ok(undefined);
    }
    const found = findVerified(authorization, path);
    if (!found.ok) return found;
    const { token, policy, coversWholeHub } = found.value;
    if (isExpired(token, clock.now())) return refused('token-expired');
    if (!coversWholeHub && !coversResource(token, { hostNames, path })) return refused('audience-mismatch');
    return checkPermission(policy, permissions);
  }

  function findVerified(authorization: string, path: readonly string[]): Result<VerifiedToken> {
    const known = verifiedTokens.get(authorization);
    if (known !== undefined) return ok(known);
    const parsed = parseSasToken(authorization);
    if (!parsed.ok) return parsed;
    const token = parsed.value;
    if (token.policyName === undefined)
      return refused('policy-unknown', 'The token names no shared access policy (skn).');
    const policy = policies.get(token.policyName);
    if (policy === undefined) return refused('policy-unknown', `There is no policy '${token.policyName}'.`);
    const keys = [policy.primaryKey, policy.secondaryKey];
    const verified = verifySasToken(token, { hostNames, path, keys, now: clock.now() });
    if (!verified.ok) return verified;
    const entry = { token, policy, coversWholeHub: coversResource(token, { hostNames, path: [] }) };
    if (verifiedTokens.size >= MAXIMUM_VERIFIED_TOKENS) verifiedTokens.clear();
    verifiedTokens.set(authorization, entry);
    return ok(entry);
  }

  function findPolicy(name: string, permissions: readonly Permission[]): Result<Policy> {
    const policy = policies.get(name);
    if (policy === undefined) return refused('policy-unknown', `There is no policy '${name}'.`);
    const allowed = checkPermission(policy, permissions);
    return allowed.ok ? ok(policy) : allowed;
  }
}

function checkPermission(policy: Policy, permissions: readonly Permission[]): Result<void> {
  if (permissions.some((permission) => hasPermission(policy, permission))) return ok(undefined);
  const reason: RefusalReason = 'permission-missing';
  return refused(reason, `The policy '${policy.name}' lacks ${permissions.join(' or ')}.`);
}

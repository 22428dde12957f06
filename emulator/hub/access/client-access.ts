import { verifySelfSigned } from '../../auth/certificate.ts';
import { type TrustedAuthority, verifyAuthoritySigned } from '../../auth/certificate-chain.ts';
import { refused } from '../../auth/refusal-reasons.ts';
import { parseSasToken, type TokenRequirements, verifySasToken } from '../../auth/sas-token.ts';
import {
  type ClientIdentity,
  type DeviceId,
  formatClientIdentity,
  type ModuleId,
} from '../../domain/identities/client-identity.ts';
import { ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { AuthenticatedClient, ClientCredentials } from './credentials.ts';
import { refusePermission, type ServiceAccess } from './service-access.ts';

/** Authenticates devices and modules by token or certificate. */
export class ClientAccess {
  readonly #parts: HubParts;
  readonly #services: ServiceAccess;
  readonly #authorities: readonly TrustedAuthority[];

  constructor(parts: HubParts, services: ServiceAccess, authorities: readonly TrustedAuthority[]) {
    this.#parts = parts;
    this.#services = services;
    this.#authorities = authorities;
  }

  authenticate({ deviceId, moduleId, hostName, credential }: ClientCredentials): Result<AuthenticatedClient> {
    const record = this.#find(deviceId, moduleId);
    if (!record.ok) return record;
    switch (credential.kind) {
      case 'token':
        return this.#authenticateToken(record.value, credential, hostName);
      case 'certificate':
        return this.#authenticateCertificate(record.value, credential.chain);
      case 'none':
        return refused('credentials-missing');
    }
  }

  #find(deviceId: string, moduleId: string | undefined): Result<ClientRecord> {
    const device = this.#parts.store.clients.devices.get(deviceId as DeviceId);
    if (device === undefined) return refused('device-unknown');
    if (device.identity.status === 'disabled') return refused('identity-disabled');
    if (moduleId === undefined) return ok(device);
    const module = device.modules.get(moduleId as ModuleId);
    return module === undefined ? refused('module-unknown') : ok(module);
  }

  #authenticateToken(
    record: ClientRecord,
    { token: text, hasShortScope = false }: TokenCredential,
    addressedName: string | undefined,
  ): Result<AuthenticatedClient> {
    const token = parseSasToken(text);
    if (!token.ok) return token;
    const { policyName, expiryUtc } = token.value;
    const keys = policyName === undefined ? this.#ownKeysOf(record) : this.#policyKeysOf(policyName);
    if (!keys.ok) return keys;
    const verified = verifySasToken(token.value, {
      ...keys.value,
      hostNames: this.#parts.options.hostNames,
      addressedName,
      path: pathOf(record.twin.identity),
      hasShortScope,
      now: this.#parts.clock.now(),
    });
    if (!verified.ok) return verified;
    const scope = policyName === undefined ? record.kind : 'hub';
    return ok({ identity: record.twin.identity, method: { scope, type: 'sas' }, expiryUtc });
  }

  // A module may also sign with a key of its device, as the test suites of the C and Java SDKs do against live hubs.
  #ownKeysOf(record: ClientRecord): Result<Keys> {
    const keys = symmetricKeysOf(record);
    if (keys === undefined) return refused('credential-kind-mismatch');
    if (record.kind === 'device') return ok({ keys });
    const device = this.#parts.store.clients.devices.get(record.twin.identity.deviceId);
    const furtherKeys = device && symmetricKeysOf(device);
    return ok(furtherKeys === undefined ? { keys } : { keys, furtherKeys });
  }

  #policyKeysOf(name: string): Result<Keys> {
    const policy = this.#services.findPolicy(name);
    if (!policy.ok) return policy;
    const { permissions, primaryKey, secondaryKey } = policy.value;
    if (!permissions.includes('DeviceConnect')) return refusePermission(policy.value, ['DeviceConnect']);
    return ok({ keys: [primaryKey, secondaryKey] });
  }

  #authenticateCertificate(record: ClientRecord, chain: readonly Uint8Array[]): Result<AuthenticatedClient> {
    const verified = this.#verifyCertificate(record, chain);
    if (!verified.ok) return verified;
    return ok({ identity: record.twin.identity, method: { scope: record.kind, type: 'x509' } });
  }

  #verifyCertificate({ identity, twin }: ClientRecord, chain: readonly Uint8Array[]): Result<void> {
    const now = this.#parts.clock.now();
    const { type, x509Thumbprint } = identity.authentication;
    switch (type) {
      case 'selfSigned':
        return verifySelfSigned(chain, x509Thumbprint, now);
      case 'certificateAuthority':
        return verifyAuthoritySigned(chain, formatClientIdentity(twin.identity), this.#authorities, now);
      case 'sas':
      case 'none':
        return refused('credential-kind-mismatch');
    }
  }
}

type TokenCredential = Extract<ClientCredentials['credential'], { readonly kind: 'token' }>;
type Keys = Pick<TokenRequirements, 'keys' | 'furtherKeys'>;

/** Returns the keys of a client, or undefined if it is registered for another kind of credential. */
function symmetricKeysOf({ identity }: ClientRecord): Keys['keys'] | undefined {
  const { type, symmetricKey } = identity.authentication;
  return type === 'sas' ? [symmetricKey.primaryKey, symmetricKey.secondaryKey] : undefined;
}

function pathOf({ deviceId, moduleId }: ClientIdentity): readonly string[] {
  return moduleId === undefined ? ['devices', deviceId] : ['devices', deviceId, 'modules', moduleId];
}

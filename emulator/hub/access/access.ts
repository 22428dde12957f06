import type { TrustedAuthority } from '../../auth/certificate-chain.ts';
import type { Permission } from '../../domain/policy.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { HubParts } from '../hub-parts.ts';
import { ClientAccess } from './client-access.ts';
import type { AuthenticatedClient, ClientCredentials } from './credentials.ts';
import { ServiceAccess } from './service-access.ts';

/** Decides who may do what. Every refusal writes one log line with a stable reason. */
export class Access {
  readonly #parts: HubParts;
  readonly #clients: ClientAccess;
  readonly #services: ServiceAccess;

  constructor(parts: HubParts, authorities: readonly TrustedAuthority[]) {
    this.#parts = parts;
    this.#services = new ServiceAccess(parts);
    this.#clients = new ClientAccess(parts, this.#services, authorities);
  }

  /** Finds out who a client is. `IotHubUnauthorized` if that fails. */
  authenticateClient(credentials: ClientCredentials): Result<AuthenticatedClient> {
    const authenticated = this.#clients.authenticate(credentials);
    if (authenticated.ok) return authenticated;
    const { message, reason } = authenticated.error;
    const { deviceId, moduleId } = credentials;
    this.#parts.log('warn', 'client-refused', { deviceId, moduleId, reason, message });
    return failed('IotHubUnauthorized', 'Unauthorized', reason);
  }

  /**
   * Authorizes a service request by its `Authorization` header: the policy needs one of `permissions`, and the token has
   * to cover the resource `path` (segments below the host). Entra tokens pass, unless the operation takes shared access
   * signatures only. `IotHubUnauthorizedAccess` if that fails.
   */
  authorizeService(
    authorization: string | undefined,
    permissions: readonly Permission[],
    path: readonly string[],
    { isEntraRefused = false }: { readonly isEntraRefused?: boolean } = {},
  ): Result<void> {
    const authorized = this.#services.authorize(authorization, permissions, path, isEntraRefused);
    if (authorized.ok) return ok(undefined);
    const { message, reason } = authorized.error;
    this.#parts.log('warn', 'service-refused', { resource: path.join('/'), reason, message });
    return failed('IotHubUnauthorizedAccess', 'Unauthorized', reason);
  }
}

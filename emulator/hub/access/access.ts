import type { TrustedAuthority } from '../../auth/certificate-chain.ts';
import type { Permission } from '../../domain/access/policy.ts';
import type { HubError } from '../../domain/errors.ts';
import type { Operation } from '../../domain/operations.ts';
import { failed, type Result } from '../../domain/result.ts';
import type { HubParts } from '../hub-parts.ts';
import { ClientAccess } from './client-access.ts';
import type { AuthenticatedClient, ClientCredentials } from './credentials.ts';
import { ServiceAccess } from './service-access.ts';

/** The operation of a service request. `isEntraRefused` means that it requires a shared access signature. */
interface ServiceOperation {
  readonly operation: Operation;
  readonly isEntraRefused?: boolean;
}

/** Authenticates clients and authorizes back ends. Every refusal writes one log line with a stable reason. */
export class Access {
  readonly #parts: HubParts;
  readonly #clients: ClientAccess;
  readonly #services: ServiceAccess;

  constructor(parts: HubParts, authorities: readonly TrustedAuthority[]) {
    this.#parts = parts;
    this.#services = new ServiceAccess(parts);
    this.#clients = new ClientAccess(parts, this.#services, authorities);
  }

  /** Authenticates a client that calls an operation. Error: `IotHubUnauthorized`. */
  authenticateClient(operation: Operation, credentials: ClientCredentials): Result<AuthenticatedClient> {
    const authenticated = this.#clients.authenticate(credentials);
    return authenticated.ok ? authenticated : this.#refuseClient(operation, credentials, authenticated.error);
  }

  /**
   * Authenticates a module that calls another client. A module reaches only its own device and the modules of that
   * device. Error: `IotHubUnauthorized`.
   */
  authenticateModuleCall(
    operation: Operation,
    credentials: ClientCredentials,
    targetDeviceId: string,
  ): Result<AuthenticatedClient> {
    const caller = this.authenticateClient(operation, credentials);
    if (!caller.ok || caller.value.identity.deviceId === targetDeviceId) return caller;
    const message = `A module reaches only its own device, not '${targetDeviceId}'.`;
    return this.#refuseClient(operation, credentials, { message, reason: 'permission-missing' });
  }

  /**
   * Authorizes a service request by its `Authorization` header. The policy must grant one of `permissions`.
   * The token must cover the resource `path` (segments below the host). An Entra token is always accepted, unless
   * the operation requires a shared access signature. `addressedName` is the name by which the back end addressed the
   * hub. Error: `IotHubUnauthorizedAccess`.
   */
  authorizeService(
    authorization: string | undefined,
    permissions: readonly Permission[],
    path: readonly string[],
    { operation, isEntraRefused = false }: ServiceOperation,
    addressedName?: string,
  ): Result<void> {
    const authorized = this.#services.authorize(
      authorization,
      permissions,
      path,
      addressedName,
      isEntraRefused,
    );
    if (authorized.ok) return authorized;
    const { message, reason } = authorized.error;
    const resource = path.join('/');
    this.#parts.log('warn', 'service-refused', { operation, resource, reason, message });
    return failed('IotHubUnauthorizedAccess', 'Unauthorized', reason);
  }

  #refuseClient(
    operation: Operation,
    { deviceId, moduleId }: ClientCredentials,
    { message, reason }: Pick<HubError, 'message' | 'reason'>,
  ): Result<never> {
    this.#parts.log('warn', 'client-refused', { deviceId, moduleId, operation, reason, message });
    return failed('IotHubUnauthorized', 'Unauthorized', reason);
  }
}

import type { Permission } from '../../domain/access/policy.ts';
import type { Caller, Operation } from '../../domain/operations.ts';
import type { AuthenticatedClient } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Handler, HttpRequest, Method, Outcome, Route } from '../wire/route.ts';

/** The client that calls. It is undefined for a back end. */
export type CallingClient = AuthenticatedClient | undefined;

/** One operation of the HTTPS API of a hub. */
export type HubRoute = Route<Hub, CallingClient> & {
  readonly operation: Operation;
  /**
   * The callers. Without `service`, only the client that the path names may call. With `service`, a device also manages
   * its own modules with its own credentials. A module also reaches its own device and the modules of that device.
   */
  readonly callers: readonly Caller[];
  /** The permissions of which a shared access policy needs one. */
  readonly permissions: readonly Permission[];
  /** True if the hub refuses every Entra caller, whatever its role. */
  readonly isEntraRefused?: boolean;
};

export type ServiceHandler = (hub: Hub, request: HttpRequest) => Outcome;
export type ClientHandler = (hub: Hub, request: HttpRequest, client: AuthenticatedClient) => Outcome;

export const READ: readonly Permission[] = ['RegistryRead'];
export const WRITE: readonly Permission[] = ['RegistryWrite'];
export const CONNECT: readonly Permission[] = ['ServiceConnect'];
export const CLIENT: readonly Permission[] = ['DeviceConnect'];

/** Creates a route of the service API. */
export function service(
  operation: Operation,
  method: Method,
  path: string,
  permissions: readonly Permission[],
  meaning: string,
  handle: ServiceHandler,
): HubRoute {
  return { operation, method, path, permissions, meaning, callers: ['service'], handle };
}

/** Creates a route that the device in its path calls. */
export function device(
  operation: Operation,
  method: Method,
  path: string,
  meaning: string,
  handle: ClientHandler,
): HubRoute {
  // The cast holds because `authorize` accepts only clients on a route without `service`.
  return {
    operation,
    method,
    path,
    permissions: CLIENT,
    meaning,
    callers: ['device'],
    handle: handle as Handler<Hub, CallingClient>,
  };
}

/** Creates routes that are refused by name. */
export function refusedBecause(reason: string, callers: readonly Caller[] = ['service']) {
  return (
    operation: Operation,
    method: Method,
    path: string,
    permissions: readonly Permission[],
    meaning: string,
  ): HubRoute => ({ operation, method, path, permissions, meaning, callers, refused: reason });
}

import type { Operation } from '../../domain/operations.ts';
import type { Permission } from '../../domain/policy.ts';
import type { AuthenticatedClient } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Handler, HttpRequest, Method, Outcome, Route } from '../wire/route.ts';

/** Who may call: back ends (`service`), the device or module itself, or both. */
export type Api = 'service' | 'device' | 'deviceOrService' | 'moduleOrService';

/** The client that calls; undefined for a back end. */
export type Caller = AuthenticatedClient | undefined;

/**
 * One operation of the HTTPS API of a hub. `deviceOrService`: a device manages its own modules with its own credentials.
 * `moduleOrService`: a module reaches its own device and that device's modules.
 */
export type HubRoute = Route<Hub, Caller> & {
  readonly api: Api;
  /** A shared access policy needs one of these. */
  readonly permissions: readonly Permission[];
  /** The hub refuses every Entra caller, whatever its role. */
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
  return { operation, method, path, permissions, meaning, api: 'service', handle };
}

/** Creates a route of the device API. */
export function device(
  operation: Operation,
  method: Method,
  path: string,
  meaning: string,
  handle: ClientHandler,
): HubRoute {
  // The cast holds because `authorize` accepts only clients on a route of the device API.
  return {
    operation,
    method,
    path,
    permissions: CLIENT,
    meaning,
    api: 'device',
    handle: handle as Handler<Hub, Caller>,
  };
}

/** Creates routes that are refused by name. */
export function refusedBecause(reason: string, api: Api = 'service') {
  return (
    operation: Operation,
    method: Method,
    path: string,
    permissions: readonly Permission[],
    meaning: string,
  ): HubRoute => ({ operation, method, path, permissions, meaning, api, refused: reason });
}

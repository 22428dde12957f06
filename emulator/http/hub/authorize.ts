import type { IncomingMessage } from 'node:http';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { MatchedRoute } from '../wire/route-table.ts';
import type { Caller, HubRoute } from './route.ts';

/** Returns the client certificate and its chain, leaf first; empty if the client presented none. */
export type PeerCertificates = (request: IncomingMessage) => readonly Uint8Array[];

/** Authorizes the caller of a route. Returns the client, or undefined for a back end. */
export type Authorize = (hub: Hub, match: MatchedRoute<HubRoute>, request: IncomingMessage) => Result<Caller>;

/** The header with which module clients of the SDKs name themselves when they invoke a method: `device/module`. */
export const CALLING_MODULE = 'x-ms-edge-moduleid';

const BACK_END: Result<Caller> = ok(undefined);

/** Creates the authorization of callers by token or certificate. */
export function createAuthorizer(peerCertificates: PeerCertificates): Authorize {
  return (hub, match, request) => {
    const { route, segments } = match;
    const { authorization } = request.headers;
    if (route.api !== 'service') {
      const chain = peerCertificates(request);
      if (route.api === 'device' || isClient(authorization, chain)) {
        return authenticate(hub, match, request, credentialOf(authorization, chain));
      }
    }
    const allowed = hub.access.authorizeService(authorization, route.permissions, segments, route);
    return allowed.ok ? BACK_END : allowed;
  };
}

// A token without a policy name is signed by a client.
function isClient(authorization: string | undefined, chain: readonly Uint8Array[]): boolean {
  if (authorization === undefined) return chain.length > 0;
  return /^SharedAccessSignature\s/.test(authorization) && !/[\s&]skn=[^&\s]/i.test(authorization);
}

function credentialOf(
  authorization: string | undefined,
  chain: readonly Uint8Array[],
): ClientCredentials['credential'] {
  if (authorization !== undefined) return { kind: 'token', token: authorization };
  return chain.length > 0 ? { kind: 'certificate', chain } : { kind: 'none' };
}

function authenticate(
  hub: Hub,
  { route, parameters }: MatchedRoute<HubRoute>,
  request: IncomingMessage,
  credential: ClientCredentials['credential'],
): Result<AuthenticatedClient> {
  const deviceId = parameters.deviceId ?? '';
  if (route.api !== 'moduleOrService') {
    // A device manages its modules with its own credentials.
    const moduleId = route.api === 'device' ? parameters.moduleId : undefined;
    const identity = moduleId === undefined ? { deviceId } : { deviceId, moduleId };
    return hub.access.authenticateClient({ ...identity, credential });
  }
  const [callerDeviceId = '', moduleId = ''] = String(request.headers[CALLING_MODULE] ?? '').split('/');
  const caller = hub.access.authenticateClient({ deviceId: callerDeviceId, moduleId, credential });
  if (!caller.ok || caller.value.identity.deviceId === deviceId) return caller;
  return failed('IotHubUnauthorized', 'Unauthorized', 'permission-missing');
}

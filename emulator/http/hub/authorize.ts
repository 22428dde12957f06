import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { ok, type Result } from '../../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { MatchedRoute } from '../wire/route-table.ts';
import type { CallingClient, HubRoute } from './route.ts';

/** Returns the client certificate of a connection and its chain, leaf first; empty if the client presented none. */
export type PeerCertificatesOf = (socket: TLSSocket) => readonly Uint8Array[];

/** Authorizes the caller of a route. Returns the client, or undefined for a back end. */
export type Authorize = (
  hub: Hub,
  match: MatchedRoute<HubRoute>,
  request: IncomingMessage,
) => Result<CallingClient>;

/** The header with which module clients of the SDKs name themselves when they invoke a method: `device/module`. */
export const CALLING_MODULE = 'x-ms-edge-moduleid';

type Credential = ClientCredentials['credential'];

const BACK_END: Result<CallingClient> = ok(undefined);

/** Creates the authorization of callers by token or certificate. */
export function createAuthorizer(peerCertificatesOf: PeerCertificatesOf): Authorize {
  return (hub, match, request) => {
    const { route, segments } = match;
    const { authorization, host } = request.headers;
    const isForService = route.callers.includes('service');
    if (!isForService || route.callers.length > 1) {
      const credential = credentialOf(request, peerCertificatesOf);
      if (!isForService || isOfClient(credential)) return authenticate(hub, match, request, credential);
    }
    const allowed = hub.access.authorizeService(authorization, route.permissions, segments, route, host);
    return allowed.ok ? BACK_END : allowed;
  };
}

// A token takes precedence, because a client's machine may present its certificate to every server.
function credentialOf(
  { headers, socket }: IncomingMessage,
  peerCertificatesOf: PeerCertificatesOf,
): Credential {
  const { authorization } = headers;
  if (authorization !== undefined) return { kind: 'token', token: authorization, hasShortScope: true };
  // The door listens on HTTPS only.
  const chain = peerCertificatesOf(socket as TLSSocket);
  return chain.length > 0 ? { kind: 'certificate', chain } : { kind: 'none' };
}

// A token without a policy name is signed by a client.
function isOfClient(credential: Credential): boolean {
  if (credential.kind !== 'token') return credential.kind === 'certificate';
  const { token } = credential;
  return /^SharedAccessSignature\s/.test(token) && !/[\s&]skn=[^&\s]/i.test(token);
}

function authenticate(
  hub: Hub,
  { route, parameters }: MatchedRoute<HubRoute>,
  request: IncomingMessage,
  credential: Credential,
): Result<AuthenticatedClient> {
  const { operation } = route;
  const { deviceId = '', moduleId: ownModuleId = '' } = parameters;
  const hostName = request.headers.host;
  if (route.callers.includes('device'))
    return hub.access.authenticateClient(operation, { deviceId, hostName, credential });
  if (!route.callers.includes('service')) {
    const module = { deviceId, moduleId: ownModuleId, hostName, credential };
    return hub.access.authenticateClient(operation, module);
  }
  const [callerDeviceId = '', moduleId = ''] = String(request.headers[CALLING_MODULE] ?? '').split('/');
  const module = { deviceId: callerDeviceId, moduleId, hostName, credential };
  return hub.access.authenticateModuleCall(operation, module, deviceId);
}

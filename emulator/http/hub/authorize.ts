import type { IncomingMessage } from 'node:http';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { MatchedRoute } from '../wire/route.ts';

/** The client certificate and its chain, leaf first; empty where the client showed none. */
export type PeerCertificates = (request: IncomingMessage) => readonly Uint8Array[];

/** The header with which the SDKs' module clients say who they are when they invoke a method: `device/module`. */
export const CALLING_MODULE = 'x-ms-edge-moduleid';

/** Asks the hub whether the caller may do what the route does; of a client it also says who it is. */
export function authorize(
  hub: Hub,
  match: MatchedRoute,
  request: IncomingMessage,
  peerCertificates: PeerCertificates,
): Result<AuthenticatedClient | undefined> {
  const { route, segments } = match;
  const authorization = request.headers.authorization;
  const chain = route.api === 'service' ? [] : peerCertificates(request);
  if (route.api === 'device' || (route.api !== 'service' && isClient(authorization, chain))) {
    return authenticate(hub, match, request, credentialOf(authorization, chain));
  }
  const allowed = hub.access.authorizeService(authorization, route.permissions, segments, route);
  return allowed.ok ? ok(undefined) : allowed;
}

// A token without the name of a policy is a client's own.
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
  { route, parameters }: MatchedRoute,
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

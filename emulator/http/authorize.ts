import type { IncomingMessage } from 'node:http';
import { ok, type Result } from '../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials, Hub } from '../hub/hub.ts';
import type { RouteMatch } from './route.ts';

/** The client certificate and its chain, leaf first; empty where the client showed none. */
export type PeerCertificates = (request: IncomingMessage) => readonly Uint8Array[];

type MatchedRoute = Extract<RouteMatch, { kind: 'route' }>;

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
  if (route.api === 'device' || (route.api === 'deviceOrService' && isClient(authorization, chain))) {
    return hub.access.authenticateClient(credentialsOf(match, authorization, chain));
  }
  const allowed = hub.access.authorizeService(authorization, route.permissions, segments);
  return allowed.ok ? ok(undefined) : allowed;
}

// A token without the name of a policy is a client's own.
function isClient(authorization: string | undefined, chain: readonly Uint8Array[]): boolean {
  if (authorization === undefined) return chain.length > 0;
  return /^SharedAccessSignature\s/.test(authorization) && !/[\s&]skn=[^&\s]/i.test(authorization);
}

function credentialsOf(
  { route, parameters }: MatchedRoute,
  authorization: string | undefined,
  chain: readonly Uint8Array[],
): ClientCredentials {
  // A module is managed with its device's credentials.
  const moduleId = route.api === 'device' ? parameters.moduleId : undefined;
  return {
    deviceId: parameters.deviceId ?? '',
    ...(moduleId === undefined ? {} : { moduleId }),
    credential: credentialOf(authorization, chain),
  };
}

function credentialOf(
  authorization: string | undefined,
  chain: readonly Uint8Array[],
): ClientCredentials['credential'] {
  if (authorization !== undefined) return { kind: 'token', token: authorization };
  return chain.length > 0 ? { kind: 'certificate', chain } : { kind: 'none' };
}

import type { ConnectPacket } from 'aedes';
import { formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { IncomingEvent } from '../../domain/messages/incoming-event.ts';
import type { Result } from '../../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { DropReason } from '../wire/drop-reasons.ts';
import { TelemetryTopic, toWillEvent } from './telemetry.ts';
import { parseUserName, type UserName } from './user-name.ts';

/** Where a connection comes from. */
export interface Peer {
  /** The client's certificate and those it sent with it, DER; empty where it showed none. */
  certificates(): readonly Uint8Array[];
  readonly remoteAddress?: string;
  readonly transport: string;
}

/** What a CONNECT asks for. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly userName: string;
  readonly keepAliveSeconds: number;
  readonly will?: { readonly topic: string; readonly body: Uint8Array; readonly isRetained: boolean };
}

/** A client whose CONNECT was accepted. */
export interface AcceptedClient {
  readonly authenticated: AuthenticatedClient;
  readonly modelId?: string;
  /** What it leaves behind where it goes without a goodbye. */
  readonly will: { readonly sender: AuthenticatedClient; readonly event: IncomingEvent } | undefined;
}

/**
 * Takes over from the broker what the front does itself: the keep-alive, for the broker no longer sees all packets,
 * and the will, which has to reach the hub before the session is closed.
 */
export function takeConnectRequest(packet: ConnectPacket): ConnectRequest {
  const { will } = packet;
  const request = {
    clientId: packet.clientId,
    userName: packet.username ?? '',
    keepAliveSeconds: packet.keepalive ?? 0,
    ...(will === undefined
      ? {}
      : { will: { topic: will.topic, body: Buffer.from(will.payload), isRetained: will.retain === true } }),
  };
  packet.keepalive = 0;
  delete packet.will;
  return request;
}

/** Decides about a CONNECT. A refusal has been logged, by the hub or here, and is undefined: the client hears "not authorized" and no more. */
export function acceptConnect(
  hub: Hub,
  request: ConnectRequest,
  password: Buffer | undefined,
  peer: Peer,
): AcceptedClient | undefined {
  const refuse = (reason: DropReason, message?: string): undefined => {
    const { remoteAddress, transport } = peer;
    hub.log('warn', 'client-refused', {
      clientId: request.clientId,
      reason,
      message,
      remoteAddress,
      transport,
    });
  };
  const parsed = parseUserName(request.userName);
  if (!parsed.ok) return refuse('user-name-malformed', parsed.error.message);
  const userName = parsed.value;
  const { deviceId, moduleId, modelId } = userName;
  const expected = moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
  if (request.clientId !== expected)
    return refuse('client-id-mismatch', `The user name speaks of ${expected}.`);
  const authenticated = authenticate(hub, userName, password, peer);
  if (!authenticated.ok) return undefined;
  const will = request.will === undefined ? undefined : parseWill(request.will, authenticated.value);
  if (request.will !== undefined && will === undefined) {
    return refuse('will-topic-forbidden', `The will's topic is '${request.will.topic.slice(0, 300)}'.`);
  }
  if (userName.apiVersion === undefined) {
    hub.log('warn', 'api-version-missing', { clientId: formatClientIdentity(authenticated.value.identity) });
  }
  return {
    authenticated: authenticated.value,
    ...(modelId === undefined ? {} : { modelId }),
    will: will === undefined ? undefined : { sender: authenticated.value, event: will },
  };
}

function authenticate(
  hub: Hub,
  { hostName, deviceId, moduleId }: UserName,
  password: Buffer | undefined,
  peer: Peer,
): Result<AuthenticatedClient> {
  const client = { hostName, deviceId, ...(moduleId === undefined ? {} : { moduleId }) };
  return hub.access.authenticateClient({ ...client, credential: credentialOf(password, peer) });
}

// A token outweighs a certificate, which the client's machine may show to every server.
function credentialOf(password: Buffer | undefined, peer: Peer): ClientCredentials['credential'] {
  if (password !== undefined && password.length > 0)
    return { kind: 'token', token: password.toString('utf8') };
  const chain = peer.certificates();
  return chain.length > 0 ? { kind: 'certificate', chain } : { kind: 'none' };
}

function parseWill(
  will: NonNullable<ConnectRequest['will']>,
  { identity }: AuthenticatedClient,
): IncomingEvent | undefined {
  const topic = Buffer.from(will.topic);
  const bag = new TelemetryTopic(identity).bagOf(topic, 0, topic.length);
  return bag === undefined ? undefined : toWillEvent(bag, will.body, will.isRetained);
}

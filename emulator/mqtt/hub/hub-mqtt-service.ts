import { formatClientIdentity } from '../../domain/identities/client-identity.ts';
import { MAXIMUM_EVENT_BYTES } from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import type { Result } from '../../domain/result.ts';
import type { AuthenticatedClient, ClientCredentials } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import { describeForeignName, type HubOf } from '../../hub/hub-of.ts';
import type { Log } from '../../hub/ports.ts';
import type { ConnectRequest, MqttService, Peer, ServedConnection, WireOperations } from '../wire/service.ts';
import { refuseConnect } from './access/connect-refusals.ts';
import { parseUserName, type UserName } from './access/user-name.ts';
import { MqttClient } from './mqtt-client.ts';

const OPERATIONS = {
  openConnection: 'openConnection',
  connect: 'connect',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
} as const satisfies Readonly<Record<keyof WireOperations, Operation>>;

/** The device API of all hubs of one door. */
export class HubMqttService implements MqttService {
  readonly maximumMessageBytes = MAXIMUM_EVENT_BYTES;
  readonly operations = OPERATIONS;
  readonly #hubOf: HubOf;
  readonly #log: Log;

  /** `log` is for a CONNECT that names no hub. */
  constructor(hubOf: HubOf, log: Log) {
    this.#hubOf = hubOf;
    this.#log = log;
  }

  accept(
    request: ConnectRequest,
    password: Buffer | undefined,
    peer: Peer,
    connection: ServedConnection,
  ): MqttClient | undefined {
    const parsed = parseUserName(request.userName, request.clientId);
    if (!parsed.ok)
      return refuseConnect(this.#log, request, peer, 'user-name-malformed', parsed.error.message);
    const userName = parsed.value;
    const { deviceId, moduleId, modelId } = userName;
    const hub = this.#hubOf(userName.hostName, peer);
    if (hub === undefined) {
      const message = describeForeignName(userName.hostName, this.#hubOf(undefined));
      return refuseConnect(this.#log, request, peer, 'host-name-mismatch', message, { deviceId, moduleId });
    }
    const clientId = formatClientIdentity({ deviceId, moduleId });
    if (request.clientId !== clientId) {
      return refuseConnect(
        hub.log,
        request,
        peer,
        'client-id-mismatch',
        `The client id in the user name is ${clientId}.`,
      );
    }
    // The hub has logged its refusal.
    const authenticated = authenticate(hub, userName, password, peer);
    if (!authenticated.ok) return undefined;
    const client = authenticated.value;
    warnOf(userName, hub.log, clientId);
    return new MqttClient(hub, connection, { client, modelId, will: request.will });
  }
}

/** Logs what the hub accepts in a user name and other servers refuse. */
function warnOf({ apiVersion, hasRawSlash }: UserName, log: Log, clientId: string): void {
  const fields = { clientId, operation: OPERATIONS.connect };
  if (apiVersion === undefined) log('warn', 'api-version-missing', fields);
  if (hasRawSlash) log('warn', 'user-name-not-encoded', fields);
}

function authenticate(
  hub: Hub,
  { hostName, deviceId, moduleId }: UserName,
  password: Buffer | undefined,
  peer: Peer,
): Result<AuthenticatedClient> {
  const client = { hostName, deviceId, ...(moduleId === undefined ? {} : { moduleId }) };
  return hub.access.authenticateClient(OPERATIONS.connect, {
    ...client,
    credential: credentialOf(password, peer),
  });
}

// A token takes precedence, because a client's machine may present its certificate to every server.
function credentialOf(password: Buffer | undefined, peer: Peer): ClientCredentials['credential'] {
  if (password !== undefined && password.length > 0)
    return { kind: 'token', token: password.toString('utf8') };
  const chain = peer.certificates();
  return chain.length > 0 ? { kind: 'certificate', chain } : { kind: 'none' };
}

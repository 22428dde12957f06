import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';
import type { Channel, ClientConnection, DisconnectReason } from '../client-connection.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientOperations } from './client-operations.ts';
import { ClientSession } from './client-session.ts';

/** The connected clients of a hub: at most one session per identity. */
export class ClientSessions {
  readonly #parts: HubParts;
  readonly #operations: ClientOperations;
  readonly #sessions = new Map<string, ClientSession>();
  #deviceCount = 0;

  constructor(parts: HubParts, operations: ClientOperations) {
    this.#parts = parts;
    this.#operations = operations;
  }

  /** The number of connected devices, without modules. */
  get connectedDeviceCount(): number {
    return this.#deviceCount;
  }

  /**
   * Opens the session of an authenticated client. It first ends an earlier session of the same identity.
   * Throws if the identity is not registered.
   */
  open(
    client: AuthenticatedClient,
    connection: ClientConnection,
    { modelId }: { readonly modelId?: string } = {},
  ): ClientSession {
    const { clients } = this.#parts.store;
    const record = clients.find(client.identity);
    if (record === undefined)
      throw new Error('A session cannot be opened for a client that is not registered.');
    this.end(client.identity, 'superseded-by-new-connection');
    if (modelId !== undefined && modelId !== record.twin.modelId) {
      clients.replaceTwin(record, { ...record.twin, modelId });
    }
    const session = new ClientSession(
      this.#parts,
      this.#operations,
      client,
      record,
      connection,
      this.#remove,
    );
    this.#sessions.set(formatClientIdentity(session.identity), session);
    if (session.identity.moduleId === undefined) this.#deviceCount += 1;
    session.connect();
    return session;
  }

  find(identity: ClientIdentity): ClientSession | undefined {
    return this.#sessions.get(formatClientIdentity(identity));
  }

  /** Returns the session of a client that is connected and subscribed to a channel, or to a part of it. */
  findReady(identity: ClientIdentity, channel: Channel): ClientSession | undefined {
    const session = this.#sessions.get(formatClientIdentity(identity));
    return session?.isReadyFor(channel) === true ? session : undefined;
  }

  /** Returns the session of a client that is connected and subscribed to direct methods of this name. */
  findReadyForMethod(identity: ClientIdentity, name: string): ClientSession | undefined {
    const session = this.find(identity);
    return session?.isReadyForMethod(name) === true ? session : undefined;
  }

  /** Returns whether the client is connected and subscribed to a channel, or to a part of it. */
  isReadyFor(identity: ClientIdentity, channel: Channel): boolean {
    return this.findReady(identity, channel) !== undefined;
  }

  /** Ends the session of a client if it has one. */
  end(identity: ClientIdentity, reason: DisconnectReason): void {
    this.find(identity)?.end(reason);
  }

  endAll(reason: DisconnectReason): void {
    for (const session of [...this.#sessions.values()]) session.end(reason);
  }

  /** Removes the session if it is the current session of its identity. All sessions share this function. */
  readonly #remove = (session: ClientSession): void => {
    if (this.find(session.identity) !== session) return;
    this.#sessions.delete(formatClientIdentity(session.identity));
    if (session.identity.moduleId === undefined) this.#deviceCount -= 1;
  };
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { IncomingEvent } from '../../domain/messages/incoming-event.ts';
import type { MethodResponse } from '../../domain/methods/method.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatClientTwin } from '../../domain/twins/twin.ts';
import type { ClientRecord, EventSender } from '../../store/records.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';
import type { Channel, ClientConnection, DisconnectReason } from '../client-connection.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Timer } from '../ports.ts';
import type { ClientOperations } from './client-operations.ts';

/**
 * The session of a client, from its authentication to the end of its connection. The state is `opening` until the door
 * is ready, then `open`, then `closed`. Every operation is synchronous.
 */
export class ClientSession {
  readonly identity: ClientIdentity;
  readonly connection: ClientConnection;
  readonly #parts: HubParts;
  readonly #operations: ClientOperations;
  readonly #onEnd: (session: ClientSession) => void;
  readonly #record: ClientRecord;
  readonly #sender: EventSender;
  readonly #channels = new Set<Channel>();
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #expiryTimer: Timer | undefined;

  /** `onEnd` is called once, when the session has ended. */
  constructor(
    parts: HubParts,
    operations: ClientOperations,
    client: AuthenticatedClient,
    record: ClientRecord,
    connection: ClientConnection,
    onEnd: (session: ClientSession) => void,
  ) {
    this.#parts = parts;
    this.#operations = operations;
    this.#onEnd = onEnd;
    this.identity = client.identity;
    this.connection = connection;
    this.#record = record;
    this.#sender = operations.events.createSender(client, record);
    if (client.expiryUtc !== undefined) this.#expiryTimer = this.#endAfter(client.expiryUtc);
  }

  /** Returns whether the client can receive deliveries on this channel, or some of them. */
  isReadyFor(channel: Channel): boolean {
    return this.#state === 'open' && this.#channels.has(channel);
  }

  /** Returns whether the client can receive a direct method of this name. */
  isReadyForMethod(name: string): boolean {
    return this.isReadyFor('methods') && this.connection.acceptsMethod(name);
  }

  /** Makes the client connected. It is called once, before any other operation. */
  connect(): void {
    const { log, activities } = this.#parts;
    this.#setConnectionState('Connected');
    log('info', 'client-connected', { ...this.identity, operation: 'connect' });
    if (!activities.hasListener('clientConnected')) return;
    activities.publish({ kind: 'clientConnected', operation: 'connect', identity: this.identity });
  }

  /** Begins deliveries. The door calls it when it is ready (MQTT: after CONNACK). */
  begin(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    for (const channel of this.#channels) this.#publishSubscribed(channel);
  }

  /** Subscribes the client to a channel, or to more deliveries of it. The connection says which ones it accepts. */
  subscribe(channel: Channel): void {
    if (this.#state === 'closed') return;
    this.#channels.add(channel);
    if (this.#state === 'open') this.#publishSubscribed(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#channels.delete(channel);
  }

  /** Returns `{desired, reported}` without metadata. */
  getTwin(): Result<JsonObject> {
    return this.#touch() ? ok(formatClientTwin(this.#record.twin)) : this.#failClosed();
  }

  /** Returns the new `$version`. Error: `PreconditionFailed` if `expectedVersion` is not the current version. */
  updateReportedProperties(patch: JsonValue, expectedVersion?: number): Result<number> {
    if (!this.#touch()) return this.#failClosed();
    return this.#operations.twins.updateReportedProperties(this.#record, patch, expectedVersion);
  }

  /** Appends telemetry to the event log. The door checks the size, because it knows it before it reads the body. */
  sendEvent(event: IncomingEvent): void {
    if (this.#state !== 'closed') this.#operations.events.append(this.#sender, event, this.#record);
  }

  /** Passes the response to a direct method. A late or unknown request id is ignored. */
  sendMethodResponse(requestId: string, response: MethodResponse): void {
    this.#operations.methods.respond(this.identity, requestId, response);
  }

  completeMessage(lockToken: string): Result<void> {
    return this.#operations.cloudToDevice.completeMessage(this.identity, lockToken);
  }

  rejectMessage(lockToken: string): Result<void> {
    return this.#operations.cloudToDevice.rejectMessage(this.identity, lockToken);
  }

  /** Closes the session after a DISCONNECT of the client (`graceful`) or the loss of its connection. Idempotent. */
  close(kind: 'graceful' | 'lost'): void {
    this.#finish(kind);
  }

  /** Ends the session and its connection by the hub. Idempotent. */
  end(reason: DisconnectReason): void {
    if (this.#finish(reason)) this.connection.close(reason);
  }

  // Rounded up to seconds, because Node keeps timers of equal duration in one list.
  #endAfter(expiryUtc: number): Timer {
    const { clock, options } = this.#parts;
    const milliseconds = expiryUtc + options.tokenGraceSeconds * 1000 - clock.now();
    const delay = Math.max(Math.ceil(milliseconds / 1000), 0) * 1000;
    return clock.schedule(delay, () => this.end('token-expired'));
  }

  #publishSubscribed(channel: Channel): void {
    const { activities } = this.#parts;
    if (!activities.hasListener('clientSubscribed')) return;
    activities.publish({
      kind: 'clientSubscribed',
      operation: 'subscribe',
      identity: this.identity,
      channel,
    });
  }

  #touch(): boolean {
    if (this.#state === 'closed') return false;
    const { store, clock } = this.#parts;
    store.clients.setLastActivity(this.#record, clock.now());
    return true;
  }

  #failClosed(): Result<never> {
    return failed('DeviceConnectionClosedRemotely', `The connection of ${this.identity.deviceId} is closed.`);
  }

  #finish(reason: DisconnectReason | 'graceful' | 'lost'): boolean {
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    this.#expiryTimer?.cancel();
    this.#onEnd(this);
    this.#setConnectionState('Disconnected');
    const { log, activities } = this.#parts;
    log('info', 'client-disconnected', { ...this.identity, operation: 'disconnect', reason });
    if (activities.hasListener('clientDisconnected')) {
      const isGraceful = reason === 'graceful';
      activities.publish({
        kind: 'clientDisconnected',
        operation: 'disconnect',
        identity: this.identity,
        isGraceful,
      });
    }
    return true;
  }

  #setConnectionState(state: 'Connected' | 'Disconnected'): void {
    const { store, clock } = this.#parts;
    store.clients.setConnectionState(this.#record, state, clock.now());
  }
}

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
import type { SessionServices } from './session-services.ts';

/** What all sessions of a hub share. */
export interface SessionContext {
  readonly parts: HubParts;
  readonly services: SessionServices;
  /** Called once, when the session has ended. */
  remove(session: ClientSession): void;
}

/**
 * One connected client, from accepted credentials to the end of the connection: `opening` until the door is ready, then
 * `open`, then `closed`. Every operation is one synchronous decision of the hub.
 */
export class ClientSession {
  readonly identity: ClientIdentity;
  readonly connection: ClientConnection;
  readonly #context: SessionContext;
  readonly #record: ClientRecord;
  readonly #sender: EventSender;
  readonly #channels = new Set<Channel>();
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #isSettledOnDelivery = false;
  #expiryTimer: Timer | undefined;

  constructor(
    context: SessionContext,
    client: AuthenticatedClient,
    record: ClientRecord,
    connection: ClientConnection,
  ) {
    this.#context = context;
    this.identity = client.identity;
    this.connection = connection;
    this.#record = record;
    this.#sender = context.services.events.createSender(client, record);
    if (client.expiryUtc !== undefined) this.#expiryTimer = this.#endAfter(client.expiryUtc);
  }

  /** Cloud-to-device messages count as completed as soon as they are delivered. */
  get isSettledOnDelivery(): boolean {
    return this.#isSettledOnDelivery;
  }

  /** False as soon as the session is closed or a newer one took its place. Then it changes nothing any more. */
  isOpen(): boolean {
    return this.#state !== 'closed';
  }

  /** Whether a delivery over this channel reaches the client now. */
  isReadyFor(channel: Channel): boolean {
    return this.#state === 'open' && this.#channels.has(channel);
  }

  isSubscribed(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  /** The session is the current one of its client. Called once, before any other operation. */
  connect(): void {
    const { log, activities } = this.#context.parts;
    this.#setConnectionState('Connected');
    log('info', 'client-connected', { ...this.identity });
    if (!activities.hasListener('clientConnected')) return;
    activities.publish({ kind: 'clientConnected', operation: 'connect', identity: this.identity });
  }

  /** The door is ready (MQTT: CONNACK was written): deliveries may begin. */
  begin(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    for (const channel of this.#channels) this.#publishSubscribed(channel);
  }

  /** `isSettledOnDelivery`: an MQTT subscription with QoS 0 cannot acknowledge a message. */
  subscribe(channel: Channel, isSettledOnDelivery = false): void {
    if (this.#state === 'closed') return;
    this.#channels.add(channel);
    if (channel === 'messages') this.#isSettledOnDelivery = isSettledOnDelivery;
    if (this.#state === 'open') this.#publishSubscribed(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#channels.delete(channel);
  }

  /** Returns `{desired, reported}` without metadata. */
  getTwin(): Result<JsonObject> {
    return this.#touch() ? ok(formatClientTwin(this.#record.twin)) : this.#failClosed();
  }

  /** Returns the new `$version`. `PreconditionFailed` if `expectedVersion` is not the current one. */
  updateReportedProperties(patch: JsonValue, expectedVersion?: number): Result<number> {
    if (!this.#touch()) return this.#failClosed();
    return this.#context.services.twins.updateReportedProperties(this.#record, patch, expectedVersion);
  }

  /** Appends telemetry to the event log. The door checks its size, because it knows it before it buffers the message. */
  sendEvent(event: IncomingEvent): void {
    if (this.#state !== 'closed') this.#context.services.events.append(this.#sender, event, this.#record);
  }

  /** A late or unknown request id is ignored. */
  sendMethodResponse(requestId: string, response: MethodResponse): void {
    this.#context.services.methods.respond(this.identity, requestId, response);
  }

  completeMessage(lockToken: string): Result<void> {
    return this.#context.services.cloudToDevice.completeMessage(this.identity.deviceId, lockToken);
  }

  abandonMessage(lockToken: string): Result<void> {
    return this.#context.services.cloudToDevice.abandonMessage(this.identity.deviceId, lockToken);
  }

  rejectMessage(lockToken: string): Result<void> {
    return this.#context.services.cloudToDevice.rejectMessage(this.identity.deviceId, lockToken);
  }

  /** The client ended the connection with a DISCONNECT (`graceful`), or the connection was lost. Idempotent. */
  close(kind: 'graceful' | 'lost'): void {
    this.#finish(kind);
  }

  /** The hub ends the session and its connection. Idempotent. */
  end(reason: DisconnectReason): void {
    if (this.#finish(reason)) this.connection.close(reason);
  }

  // To the whole second, so that timers of one second share a list in Node.
  #endAfter(expiryUtc: number): Timer {
    const { clock, options } = this.#context.parts;
    const milliseconds = expiryUtc + options.tokenGraceSeconds * 1000 - clock.now();
    const delay = Math.max(Math.ceil(milliseconds / 1000), 0) * 1000;
    return clock.schedule(delay, () => this.end('token-expired'));
  }

  #publishSubscribed(channel: Channel): void {
    const { activities } = this.#context.parts;
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
    const { store, clock } = this.#context.parts;
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
    this.#context.remove(this);
    this.#setConnectionState('Disconnected');
    const { log, activities } = this.#context.parts;
    log('info', 'client-disconnected', { ...this.identity, reason });
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
    const { store, clock } = this.#context.parts;
    store.clients.setConnectionState(this.#record, state, clock.now());
  }
}

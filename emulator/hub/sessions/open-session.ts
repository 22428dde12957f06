import type { ClientIdentity, DeviceId } from '../../domain/identities/client-identity.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { MethodResponse } from '../../domain/methods/method.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatClientTwin } from '../../domain/twins/twin.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import type { Channel, ClientSession, IncomingEvent } from '../client-session.ts';
import type { EventSender } from '../events/device-event.ts';
import type { EventLog } from '../events/events.ts';
import type { AuthenticatedClient } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientLink, DisconnectReason, Timer } from '../ports.ts';
import { updateReportedProperties } from '../twins/twins.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';

/** What the sessions hand on to the other parts of the hub. */
export interface SessionServices {
  readonly events: EventLog;
  readonly methods: { answer(identity: ClientIdentity, requestId: string, response: MethodResponse): void };
  readonly messages: {
    complete(deviceId: DeviceId, lockToken: string): Result<void>;
    abandon(deviceId: DeviceId, lockToken: string): Result<void>;
    reject(deviceId: DeviceId, lockToken: string): Result<void>;
  };
}

/** What all sessions of a hub stand on. */
export interface SessionGround {
  readonly parts: HubParts;
  readonly live: LiveSessions;
  readonly services: SessionServices;
}

/** One connected client. A class, for a hub holds ten thousand of them. */
export class OpenSession implements ClientSession, LiveSession {
  readonly identity: ClientIdentity;
  readonly link: ClientLink;
  readonly #ground: SessionGround;
  readonly #record: ClientRecord;
  readonly #sender: EventSender;
  readonly #channels = new Set<Channel>();
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #isSettledOnDelivery = false;
  #expiryTimer: Timer | undefined;

  constructor(ground: SessionGround, client: AuthenticatedClient, record: ClientRecord, link: ClientLink) {
    this.#ground = ground;
    this.identity = client.identity;
    this.link = link;
    this.#record = record;
    this.#sender = ground.services.events.senderOf(client, record);
    const { log, happenings } = ground.parts;
    ground.live.add(this);
    this.#markConnection('Connected');
    log('info', 'client-connected', { ...this.identity });
    happenings.announce({ kind: 'clientConnected', identity: this.identity });
    if (client.expiryUtc !== undefined) this.#expiryTimer = this.#endAfter(client.expiryUtc);
  }

  get isSettledOnDelivery(): boolean {
    return this.#isSettledOnDelivery;
  }

  isOpen(): boolean {
    return this.#state !== 'closed';
  }

  isReadyFor(channel: Channel): boolean {
    return this.#state === 'open' && this.#channels.has(channel);
  }

  isSubscribed(channel: Channel): boolean {
    return this.#channels.has(channel);
  }

  begin(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'open';
    for (const channel of this.#channels) this.#announceSubscribed(channel);
  }

  subscribe(channel: Channel, isSettledOnDelivery = false): void {
    if (this.#state === 'closed') return;
    this.#channels.add(channel);
    if (channel === 'messages') this.#isSettledOnDelivery = isSettledOnDelivery;
    if (this.#state === 'open') this.#announceSubscribed(channel);
  }

  unsubscribe(channel: Channel): void {
    this.#channels.delete(channel);
  }

  getTwin(): Result<JsonObject> {
    return this.#touch() ? ok(formatClientTwin(this.#record.twin)) : this.#failClosed();
  }

  updateReportedProperties(patch: JsonValue, expectedVersion?: number): Result<number> {
    if (!this.#touch()) return this.#failClosed();
    return updateReportedProperties(this.#ground.parts, this.#record, patch, expectedVersion);
  }

  sendEvent(event: IncomingEvent): void {
    if (this.#state === 'closed') return;
    this.#record.activity.lastActivityUtc = this.#ground.services.events.appendFrom(this.#sender, event);
  }

  answerMethod(requestId: string, response: MethodResponse): void {
    this.#ground.services.methods.answer(this.identity, requestId, response);
  }

  completeMessage(lockToken: string): Result<void> {
    return this.#ground.services.messages.complete(this.identity.deviceId, lockToken);
  }

  abandonMessage(lockToken: string): Result<void> {
    return this.#ground.services.messages.abandon(this.identity.deviceId, lockToken);
  }

  rejectMessage(lockToken: string): Result<void> {
    return this.#ground.services.messages.reject(this.identity.deviceId, lockToken);
  }

  close(kind: 'graceful' | 'lost'): void {
    this.#finish(kind);
  }

  end(reason: DisconnectReason): void {
    if (this.#finish(reason)) this.link.close(reason);
  }

  // To the whole second, so that timers of one second share a list in Node.
  #endAfter(expiryUtc: number): Timer {
    const { clock, options } = this.#ground.parts;
    const milliseconds = expiryUtc + options.tokenGraceSeconds * 1000 - clock.now();
    const delay = Math.max(Math.ceil(milliseconds / 1000), 0) * 1000;
    return clock.schedule(delay, () => this.end('token-expired'));
  }

  #announceSubscribed(channel: Channel): void {
    const { happenings } = this.#ground.parts;
    happenings.announce({ kind: 'clientSubscribed', identity: this.identity, channel });
  }

  #touch(): boolean {
    if (this.#state === 'closed') return false;
    this.#record.activity.lastActivityUtc = this.#ground.parts.clock.now();
    return true;
  }

  #failClosed(): Result<never> {
    return failed('DeviceConnectionClosedRemotely', `The connection of ${this.identity.deviceId} is closed.`);
  }

  #finish(reason: DisconnectReason | 'graceful' | 'lost'): boolean {
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    this.#expiryTimer?.cancel();
    this.#ground.live.remove(this);
    this.#markConnection('Disconnected');
    const { log, happenings } = this.#ground.parts;
    log('info', 'client-disconnected', { ...this.identity, reason });
    const isGraceful = reason === 'graceful';
    happenings.announce({ kind: 'clientDisconnected', identity: this.identity, isGraceful });
    return true;
  }

  #markConnection(connectionState: 'Connected' | 'Disconnected'): void {
    const now = this.#ground.parts.clock.now();
    const { activity } = this.#record;
    activity.connectionState = connectionState;
    activity.connectionStateUpdatedUtc = now;
    activity.lastActivityUtc = now;
  }
}

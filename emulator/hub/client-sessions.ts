import type { ClientIdentity, DeviceId } from '../domain/client-identity.ts';
import type { MethodResponse } from '../domain/method.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { formatClientTwin } from '../domain/twin.ts';
import type { ClientRecord } from '../store/hub-state.ts';
import type { Channel, ClientSession } from './client-session.ts';
import type { EventLog } from './events.ts';
import type { AuthenticatedClient, ClientSessions } from './hub.ts';
import type { HubParts } from './hub-parts.ts';
import type { LiveSession, LiveSessions } from './live-sessions.ts';
import type { ClientLink, DisconnectReason, Timer } from './ports.ts';
import { updateReportedProperties } from './twins.ts';

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

/** Makes the door to live sessions: a newcomer closes its predecessor, an expired token ends a session after a grace. */
export function createClientSessions(
  parts: HubParts,
  live: LiveSessions,
  services: SessionServices,
): ClientSessions {
  return {
    open: (client, link, { modelId } = {}) => {
      const record = parts.state.find(client.identity);
      live.drop(client.identity, 'superseded-by-new-connection');
      if (record !== undefined && modelId !== undefined && modelId !== record.twin.modelId) {
        record.twin = { ...record.twin, modelId };
      }
      return openSession(parts, live, services, client, link, record);
    },
    isReadyFor: (identity, channel) => live.find(identity)?.isReadyFor(channel) === true,
    connectedDeviceCount: () => live.deviceCount,
  };
}

function openSession(
  parts: HubParts,
  live: LiveSessions,
  services: SessionServices,
  client: AuthenticatedClient,
  link: ClientLink,
  record: ClientRecord | undefined,
): ClientSession {
  const { clock, log, happenings, options } = parts;
  const { identity } = client;
  const channels = new Set<Channel>();
  let state: 'opening' | 'open' | 'closed' = 'opening';
  let isSettledOnDelivery = false;
  let expiryTimer: Timer | undefined;
  const sender = record === undefined ? undefined : services.events.senderOf(client, record);

  const session: LiveSession = {
    identity,
    link,
    isReadyFor: (channel) => state === 'open' && channels.has(channel),
    get isSettledOnDelivery() {
      return isSettledOnDelivery;
    },
    end: (reason) => {
      if (!finish(reason)) return;
      link.close(reason);
    },
  };

  // The identity may have been deleted between the check of its credentials and this moment.
  if (record === undefined) {
    state = 'closed';
    link.close('identity-deleted');
  } else {
    live.add(session);
    markConnection(record, 'Connected');
    log('info', 'client-connected', { ...identity });
    happenings.announce({ kind: 'clientConnected', identity });
    if (client.expiryUtc !== undefined) {
      const end = client.expiryUtc + options.tokenGraceSeconds * 1000;
      expiryTimer = clock.schedule(Math.max(end - clock.now(), 0), () => session.end('token-expired'));
    }
  }

  return {
    identity,
    isOpen: () => state !== 'closed',
    begin: () => {
      if (state !== 'opening') return;
      state = 'open';
      for (const channel of channels) announceSubscribed(channel);
    },
    subscribe: (channel, isSettled = false) => {
      if (state === 'closed') return;
      channels.add(channel);
      if (channel === 'messages') isSettledOnDelivery = isSettled;
      if (state === 'open') announceSubscribed(channel);
    },
    unsubscribe: (channel) => {
      channels.delete(channel);
    },
    isSubscribed: (channel) => channels.has(channel),
    getTwin: () => withRecord((current) => ok(formatClientTwin(current.twin))),
    updateReportedProperties: (patch, expectedVersion) =>
      withRecord((current) => updateReportedProperties(parts, current, patch, expectedVersion)),
    sendEvent: (event) => {
      if (sender === undefined || record === undefined || state === 'closed') return;
      record.activity.lastActivityUtc = services.events.appendFrom(sender, event);
    },
    answerMethod: (requestId, response) => services.methods.answer(identity, requestId, response),
    completeMessage: (lockToken) => services.messages.complete(identity.deviceId, lockToken),
    abandonMessage: (lockToken) => services.messages.abandon(identity.deviceId, lockToken),
    rejectMessage: (lockToken) => services.messages.reject(identity.deviceId, lockToken),
    close: (kind) => {
      finish(kind);
    },
  };

  function announceSubscribed(channel: Channel): void {
    happenings.announce({ kind: 'clientSubscribed', identity, channel });
  }

  function withRecord<T>(use: (current: ClientRecord) => Result<T>): Result<T> {
    if (record === undefined || state === 'closed') return failed('DeviceNotFound', identity.deviceId);
    record.activity.lastActivityUtc = clock.now();
    return use(record);
  }

  function finish(reason: DisconnectReason | 'graceful' | 'lost'): boolean {
    if (state === 'closed') return false;
    state = 'closed';
    expiryTimer?.cancel();
    live.remove(session);
    if (record !== undefined) markConnection(record, 'Disconnected');
    log('info', 'client-disconnected', { ...identity, reason });
    happenings.announce({ kind: 'clientDisconnected', identity, isGraceful: reason === 'graceful' });
    return true;
  }

  function markConnection(current: ClientRecord, connectionState: 'Connected' | 'Disconnected'): void {
    const now = clock.now();
    current.activity.connectionState = connectionState;
    current.activity.connectionStateUpdatedUtc = now;
    current.activity.lastActivityUtc = now;
  }
}

import {
  applyTimeouts,
  complete,
  type EndedMessage,
  type InvisibleMessage,
  lockNext,
  nextDueUtc,
  type QueueChange,
  releaseConnection,
} from '../../domain/cloud-to-device/message-queue.ts';
import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { CloudToDeviceDelivery, CloudToDeviceMessage } from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import { formatTime } from '../../domain/time.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { Activity } from '../activity.ts';
import type { ClientConnection } from '../client-connection.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Timer } from '../ports.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import type { Feedback } from './feedback.ts';

interface DueTimer {
  readonly dueUtc: number;
  readonly timer: Timer;
}

/**
 * The queues of all devices and modules. It stores each change, reports ended messages as feedback, and delivers to
 * ready clients.
 * Each queue has at most one timer. The caller of a change must call {@link setTimer} or {@link deliver} afterwards.
 */
export class ClientQueues {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #feedback: Feedback;
  readonly #lockMilliseconds: number;
  /** The timers by formatted identity. */
  readonly #timers = new Map<string, DueTimer>();

  constructor(parts: HubParts, sessions: ClientSessions, feedback: Feedback) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#feedback = feedback;
    this.#lockMilliseconds = parts.options.cloudToDevice.lockSeconds * 1000;
    parts.activities.listen(
      { kinds: ['clientSubscribed', 'clientDisconnected', 'identityDeleted'] },
      (activity) => this.#handle(activity),
    );
  }

  /** Stores a change and adds feedback on the ended messages. A message expires without an operation. */
  apply(
    record: ClientRecord,
    { queue, ended }: QueueChange<CloudToDeviceMessage>,
    operation?: Operation,
  ): void {
    this.#parts.store.clients.replaceQueue(record, queue);
    for (const message of ended) {
      this.#addFeedback(record, message);
      if (message.state !== 'deadLettered') continue;
      const { messageId } = message.content.properties.system;
      const fields = { ...record.twin.identity, messageId, operation, reason: message.outcome };
      this.#parts.log('info', 'message-dead-lettered', fields);
    }
  }

  /** Finds a client and first applies the timeouts of its queue, because the timer may be late. */
  find(identity: ClientIdentity): ClientRecord | undefined {
    const { store, clock } = this.#parts;
    const record = store.clients.find(identity);
    if (record === undefined) return undefined;
    const change = applyTimeouts(record.queue, clock.now());
    if (change.queue !== record.queue) {
      this.apply(record, change);
      this.setTimer(record);
    }
    return record;
  }

  /** Locks the next waiting message, or the next one that the connection of a delivery accepts. */
  lock(
    record: ClientRecord,
    connection?: ClientConnection,
  ): InvisibleMessage<CloudToDeviceMessage> | undefined {
    const { store, clock, ids } = this.#parts;
    const untilUtc = clock.now() + this.#lockMilliseconds;
    const endsWithConnection = connection !== undefined;
    const locked = lockNext(
      record.queue,
      () => ({ token: ids.guid(), untilUtc, endsWithConnection }),
      connection && ((message) => connection.receptionOf(message) !== 'none'),
    );
    if (locked === undefined) return undefined;
    store.clients.replaceQueue(record, locked.queue);
    return locked.message;
  }

  /** Delivers all waiting messages that a ready client accepts, and sets the timer of the queue. */
  deliver(record: ClientRecord): void {
    const { store, clock } = this.#parts;
    const session = this.#sessions.find(record.twin.identity);
    // Asked again before each message, because a delivery may end the connection.
    while (session?.isReadyFor('messages') === true) {
      const message = this.lock(record, session.connection);
      if (message === undefined) break;
      store.clients.setLastActivity(record, clock.now());
      const reception = session.connection.receptionOf(message.content);
      session.connection.deliverMessage(formatDelivery(message));
      // After the delivery, which may have rejected the message.
      if (reception !== 'settled') continue;
      const completed = complete(record.queue, message.lock.token);
      if (completed.ok) this.apply(record, completed.value);
    }
    this.setTimer(record);
  }

  /** Sets the timer of a queue to the time at which the next message or lock expires. */
  setTimer(record: ClientRecord): void {
    const { identity } = record.twin;
    const client = formatClientIdentity(identity);
    const dueUtc = nextDueUtc(record.queue);
    const earlier = this.#timers.get(client);
    if (earlier?.dueUtc === dueUtc) return;
    this.#cancelTimer(client);
    if (dueUtc === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#parts;
    const timer = clock.schedule(Math.max(dueUtc - clock.now(), 0), () => {
      this.#timers.delete(client);
      this.#wake(identity);
    });
    this.#timers.set(client, { dueUtc, timer });
  }

  resume(): void {
    const { clients } = this.#parts.store;
    for (const record of clients.deviceRows()) this.setTimer(record);
    for (const record of clients.moduleRows()) this.setTimer(record);
  }

  suspend(): void {
    for (const client of [...this.#timers.keys()]) this.#cancelTimer(client);
  }

  #handle(
    activity: Extract<Activity, { kind: 'clientSubscribed' | 'clientDisconnected' | 'identityDeleted' }>,
  ): void {
    const { identity } = activity;
    switch (activity.kind) {
      case 'clientSubscribed':
        if (activity.channel === 'messages') this.#wake(identity);
        return;
      case 'clientDisconnected':
        this.#release(identity);
        return;
      case 'identityDeleted':
        this.#cancelTimer(formatClientIdentity(identity));
        if (identity.moduleId === undefined) this.#feedback.deleteFeedback(identity.deviceId);
    }
  }

  #wake(identity: ClientIdentity): void {
    const record = this.find(identity);
    if (record !== undefined) this.deliver(record);
  }

  /** Returns the messages of an ended connection to the queue. */
  #release(identity: ClientIdentity): void {
    const { clients } = this.#parts.store;
    const record = clients.find(identity);
    if (record === undefined) return;
    clients.replaceQueue(record, releaseConnection(record.queue));
    this.setTimer(record);
  }

  // Feedback names a device only, also that on a message to a module.
  #addFeedback({ identity }: ClientRecord, message: EndedMessage<CloudToDeviceMessage>): void {
    const device = this.#parts.store.clients.devices.get(identity.deviceId);
    if (device !== undefined) this.#feedback.add(device.identity, message);
  }

  #cancelTimer(client: string): void {
    this.#timers.get(client)?.timer.cancel();
    this.#timers.delete(client);
  }
}

/** Formats a locked message for a door. */
export function formatDelivery(message: InvisibleMessage<CloudToDeviceMessage>): CloudToDeviceDelivery {
  return {
    lockToken: message.lock.token,
    sequenceNumber: message.sequenceNumber,
    deliveryCount: message.deliveryCount,
    isRedelivery: message.attempts > 1,
    enqueuedTimeUtc: formatTime(message.enqueuedUtc),
    expiryUtc: formatTime(message.expiryUtc),
    message: message.content,
  };
}

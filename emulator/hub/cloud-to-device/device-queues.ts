import {
  applyTimeouts,
  complete,
  type InvisibleMessage,
  lockNext,
  nextDueUtc,
  type QueueChange,
  releaseConnection,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { CloudToDeviceDelivery, CloudToDeviceMessage } from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import { formatTime } from '../../domain/time.ts';
import type { DeviceRecord } from '../../store/records.ts';
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
 * The queues of all devices. It stores each change, reports ended messages as feedback, and delivers to ready devices.
 * Each queue has at most one timer. The caller of a change must call {@link setTimer} or {@link deliver} afterwards.
 */
export class DeviceQueues {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #feedback: Feedback;
  readonly #lockMilliseconds: number;
  readonly #timers = new Map<DeviceId, DueTimer>();

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
    record: DeviceRecord,
    { queue, ended }: QueueChange<CloudToDeviceMessage>,
    operation?: Operation,
  ): void {
    this.#parts.store.clients.replaceQueue(record, queue);
    for (const message of ended) {
      this.#feedback.add(record.identity, message);
      if (message.state !== 'deadLettered') continue;
      const { messageId } = message.content.properties.system;
      const { deviceId } = record.identity;
      const fields = { deviceId, messageId, operation, reason: message.outcome };
      this.#parts.log('info', 'message-dead-lettered', fields);
    }
  }

  /** Finds a device and first applies the timeouts of its queue, because the timer may be late. */
  find(deviceId: DeviceId): DeviceRecord | undefined {
    const { store, clock } = this.#parts;
    const record = store.clients.devices.get(deviceId);
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
    record: DeviceRecord,
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

  /** Delivers all waiting messages that a ready device accepts, and sets the timer of the queue. */
  deliver(record: DeviceRecord): void {
    const { store, clock } = this.#parts;
    const session = this.#sessions.find(record.twin.identity);
    // Asked again before each message, because a delivery may end the connection.
    while (session?.isReadyFor('messages') === true) {
      const message = this.lock(record, session.connection);
      if (message === undefined) break;
      store.clients.setLastActivity(record, clock.now());
      if (session.connection.receptionOf(message.content) === 'settled') {
        const completed = complete(record.queue, message.lock.token);
        if (completed.ok) this.apply(record, completed.value);
      }
      session.connection.deliverMessage(formatDelivery(message));
    }
    this.setTimer(record);
  }

  /** Sets the timer of a queue to the time at which the next message or lock expires. */
  setTimer(record: DeviceRecord): void {
    const { deviceId } = record.identity;
    const dueUtc = nextDueUtc(record.queue);
    const earlier = this.#timers.get(deviceId);
    if (earlier?.dueUtc === dueUtc) return;
    earlier?.timer.cancel();
    this.#timers.delete(deviceId);
    if (dueUtc === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#parts;
    const timer = clock.schedule(Math.max(dueUtc - clock.now(), 0), () => {
      this.#timers.delete(deviceId);
      this.#wake(deviceId);
    });
    this.#timers.set(deviceId, { dueUtc, timer });
  }

  resume(): void {
    for (const record of this.#parts.store.clients.devices.values()) this.setTimer(record);
  }

  suspend(): void {
    for (const deviceId of [...this.#timers.keys()]) this.#cancelTimer(deviceId);
  }

  #handle(
    activity: Extract<Activity, { kind: 'clientSubscribed' | 'clientDisconnected' | 'identityDeleted' }>,
  ): void {
    const { deviceId, moduleId } = activity.identity;
    if (moduleId !== undefined) return;
    if (activity.kind === 'identityDeleted') {
      this.#cancelTimer(deviceId);
      this.#feedback.deleteFeedback(deviceId);
      return;
    }
    if (activity.kind === 'clientSubscribed') {
      if (activity.channel === 'messages') this.#wake(deviceId);
      return;
    }
    const { clients } = this.#parts.store;
    const record = clients.devices.get(deviceId);
    if (record === undefined) return;
    clients.replaceQueue(record, releaseConnection(record.queue));
    this.setTimer(record);
  }

  #wake(deviceId: DeviceId): void {
    const record = this.find(deviceId);
    if (record !== undefined) this.deliver(record);
  }

  #cancelTimer(deviceId: DeviceId): void {
    this.#timers.get(deviceId)?.timer.cancel();
    this.#timers.delete(deviceId);
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

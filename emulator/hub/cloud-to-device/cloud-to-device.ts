import { enqueueMessage } from '../../domain/cloud-to-device/cloud-to-device.ts';
import {
  abandon,
  complete,
  purge,
  type QueueChange,
  reject,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { ClientIdentity, DeviceId } from '../../domain/identities/client-identity.ts';
import type {
  CloudToDeviceDelivery,
  CloudToDeviceMessage,
  ModuleInputMessage,
} from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { DeviceRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/identity-rules.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import { DeviceQueues, formatDelivery } from './device-queues.ts';
import type { Feedback } from './feedback.ts';

/**
 * Cloud-to-device messages. Each operation is one change of the queue of one device.
 * The error for an expired lock token is `DeviceMessageLockLost`.
 */
export class CloudToDevice {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #queues: DeviceQueues;

  constructor(parts: HubParts, sessions: ClientSessions, feedback: Feedback) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#queues = new DeviceQueues(parts, sessions, feedback);
  }

  /** Enqueues a message and delivers it immediately if the device is ready. Sets `to` if it is absent. */
  sendMessage(deviceId: DeviceId, message: CloudToDeviceMessage): Result<void> {
    const record = this.#queues.find(deviceId);
    // The hub answers the same for a disabled device as for a missing one.
    if (record?.identity.status !== 'enabled') return failMissing(this.#parts, { deviceId });
    const { defaultTimeToLiveSeconds } = this.#parts.options.cloudToDevice;
    const now = this.#parts.clock.now();
    const addressed = withAddress(message, deviceId);
    const queue = enqueueMessage(record.queue, addressed, now, defaultTimeToLiveSeconds);
    if (!queue.ok) return queue;
    this.#parts.store.clients.replaceQueue(record, queue.value);
    this.#queues.deliver(record);
    return ok(undefined);
  }

  /** Locks and returns the next message for the device HTTPS API. Returns undefined if the queue is empty. */
  receiveMessage(deviceId: DeviceId): Result<CloudToDeviceDelivery | undefined> {
    const record = this.#queues.find(deviceId);
    if (record === undefined) return failMissing(this.#parts, { deviceId });
    const message = this.#queues.lock(record);
    this.#queues.setTimer(record);
    return ok(message === undefined ? undefined : formatDelivery(message));
  }

  completeMessage(deviceId: DeviceId, lockToken: string): Result<void> {
    const record = this.#queues.find(deviceId);
    if (record === undefined) return failMissing(this.#parts, { deviceId });
    return this.#settle(record, complete(record.queue, lockToken), 'completeMessage');
  }

  rejectMessage(deviceId: DeviceId, lockToken: string): Result<void> {
    const record = this.#queues.find(deviceId);
    if (record === undefined) return failMissing(this.#parts, { deviceId });
    return this.#settle(record, reject(record.queue, lockToken), 'rejectMessage');
  }

  abandonMessage(deviceId: DeviceId, lockToken: string): Result<void> {
    const record = this.#queues.find(deviceId);
    if (record === undefined) return failMissing(this.#parts, { deviceId });
    const { maximumDeliveryCount } = this.#parts.options.cloudToDevice;
    return this.#settle(record, abandon(record.queue, lockToken, maximumDeliveryCount), 'abandonMessage');
  }

  /** Returns the number of purged messages. */
  purgeMessages(deviceId: DeviceId): Result<number> {
    const record = this.#queues.find(deviceId);
    if (record === undefined) return failMissing(this.#parts, { deviceId });
    const change = purge(record.queue);
    this.#queues.apply(record, change, 'purgeMessages');
    this.#queues.setTimer(record);
    return ok(change.ended.length);
  }

  /** Delivers a message to an input of a module. Error: `DeviceNotOnline` if the module is not ready for it. */
  sendInputMessage(identity: ClientIdentity, message: ModuleInputMessage): Result<void> {
    if (this.#parts.store.clients.find(identity)?.kind !== 'module')
      return failMissing(this.#parts, identity);
    const session = this.#sessions.findReady(identity, 'inputs');
    if (session?.connection.acceptsInputMessage(message) !== true) {
      return failed('DeviceNotOnline', 'The module is not connected or does not listen to its inputs.');
    }
    session.connection.deliverInputMessage(message);
    return ok(undefined);
  }

  /** Sets the timers of all queues after a restore of their content. */
  resume(): void {
    this.#queues.resume();
  }

  /** Cancels every timer. */
  suspend(): void {
    this.#queues.suspend();
  }

  #settle(
    record: DeviceRecord,
    change: Result<QueueChange<CloudToDeviceMessage>>,
    operation: Operation,
  ): Result<void> {
    if (!change.ok) return change;
    this.#queues.apply(record, change.value, operation);
    this.#queues.deliver(record);
    return ok(undefined);
  }
}

function withAddress(message: CloudToDeviceMessage, deviceId: DeviceId): CloudToDeviceMessage {
  const { system, application } = message.properties;
  if (system.to !== undefined) return message;
  const to = `/devices/${encodeURIComponent(deviceId)}/messages/devicebound`;
  return { ...message, properties: { system: { ...system, to }, application } };
}

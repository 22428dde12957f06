import { enqueueMessage } from '../../domain/cloud-to-device/cloud-to-device.ts';
import {
  abandon,
  complete,
  purge,
  type QueueChange,
  reject,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type {
  CloudToDeviceDelivery,
  CloudToDeviceMessage,
  ModuleInputMessage,
} from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/identity-rules.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import { ClientQueues, formatDelivery } from './client-queues.ts';
import type { Feedback } from './feedback.ts';

const INPUT_TOO_LONG = failed('MessageTooLarge', 'The properties of the message do not fit into a packet.');

/**
 * Cloud-to-device messages. Each operation is one change of the queue of one device or module.
 * The error for an expired lock token is `DeviceMessageLockLost`.
 */
export class CloudToDevice {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #queues: ClientQueues;

  constructor(parts: HubParts, sessions: ClientSessions, feedback: Feedback) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#queues = new ClientQueues(parts, sessions, feedback);
  }

  /** Enqueues a message and delivers it immediately if the client is ready. Sets `to` if it is absent. */
  sendMessage(identity: ClientIdentity, message: CloudToDeviceMessage): Result<void> {
    const { clients } = this.#parts.store;
    const { deviceId } = identity;
    // The hub answers the same for a disabled device as for a missing one.
    const isEnabled = clients.devices.get(deviceId)?.identity.status === 'enabled';
    if (!isEnabled) return failMissing(this.#parts, { deviceId });
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    const { defaultTimeToLiveSeconds } = this.#parts.options.cloudToDevice;
    const now = this.#parts.clock.now();
    const addressed = withAddress(message, identity);
    const queue = enqueueMessage(record.queue, addressed, now, defaultTimeToLiveSeconds);
    if (!queue.ok) return queue;
    clients.replaceQueue(record, queue.value);
    this.#queues.deliver(record);
    return ok(undefined);
  }

  /** Locks and returns the next message for the device HTTPS API. Returns undefined if the queue is empty. */
  receiveMessage(identity: ClientIdentity): Result<CloudToDeviceDelivery | undefined> {
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    const message = this.#queues.lock(record);
    this.#queues.setTimer(record);
    return ok(message === undefined ? undefined : formatDelivery(message));
  }

  completeMessage(identity: ClientIdentity, lockToken: string): Result<void> {
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    return this.#settle(record, complete(record.queue, lockToken), 'completeMessage');
  }

  rejectMessage(identity: ClientIdentity, lockToken: string): Result<void> {
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    return this.#settle(record, reject(record.queue, lockToken), 'rejectMessage');
  }

  abandonMessage(identity: ClientIdentity, lockToken: string): Result<void> {
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    const { maximumDeliveryCount } = this.#parts.options.cloudToDevice;
    return this.#settle(record, abandon(record.queue, lockToken, maximumDeliveryCount), 'abandonMessage');
  }

  /** Returns the number of purged messages. */
  purgeMessages(identity: ClientIdentity): Result<number> {
    const record = this.#queues.find(identity);
    if (record === undefined) return failMissing(this.#parts, identity);
    const change = purge(record.queue);
    this.#queues.apply(record, change, 'purgeMessages');
    this.#queues.setTimer(record);
    return ok(change.ended.length);
  }

  /**
   * Delivers a message to an input of a module. Errors: `DeviceNotOnline` if the module is not ready for it,
   * `MessageTooLarge` if its properties do not fit into a packet.
   */
  sendInputMessage(identity: ClientIdentity, message: ModuleInputMessage): Result<void> {
    if (this.#parts.store.clients.find(identity)?.kind !== 'module')
      return failMissing(this.#parts, identity);
    const session = this.#sessions.findReady(identity, 'inputs');
    if (session?.connection.acceptsInputMessage(message) !== true) {
      return failed('DeviceNotOnline', 'The module is not connected or does not listen to its inputs.');
    }
    return session.connection.deliverInputMessage(message) ? ok(undefined) : INPUT_TOO_LONG;
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
    record: ClientRecord,
    change: Result<QueueChange<CloudToDeviceMessage>>,
    operation: Operation,
  ): Result<void> {
    if (!change.ok) return change;
    this.#queues.apply(record, change.value, operation);
    this.#queues.deliver(record);
    return ok(undefined);
  }
}

function withAddress(
  message: CloudToDeviceMessage,
  { deviceId, moduleId }: ClientIdentity,
): CloudToDeviceMessage {
  const { system, application } = message.properties;
  if (system.to !== undefined) return message;
  const device = `/devices/${encodeURIComponent(deviceId)}`;
  const client = moduleId === undefined ? device : `${device}/modules/${encodeURIComponent(moduleId)}`;
  const to = `${client}/messages/devicebound`;
  return { ...message, properties: { system: { ...system, to }, application } };
}

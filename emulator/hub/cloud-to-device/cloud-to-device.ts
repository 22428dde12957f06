import { enqueueMessage } from '../../domain/cloud-to-device/cloud-to-device.ts';
import {
  abandon,
  complete,
  purge,
  type QueueChange,
  reject,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { CloudToDeviceMessage } from '../../domain/messages/message.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { DeviceRecord } from '../../store/hub-state.ts';
import type { Messages } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/missing-client.ts';
import type { LiveSessions } from '../sessions/live-sessions.ts';
import { createDeviceQueues, formatDelivery } from './device-queues.ts';
import type { FeedbackKeeper } from './feedback.ts';

/** The cloud-to-device messages of the hub, and the end of their timers. */
export interface MessageParts extends Messages {
  close(): void;
}

/** Makes the cloud-to-device messages: each operation is one change of one device's queue. */
export function createMessages(parts: HubParts, live: LiveSessions, feedback: FeedbackKeeper): MessageParts {
  const { state, clock } = parts;
  const { defaultTimeToLiveSeconds, maximumDeliveryCount } = parts.options.cloudToDevice;
  const queues = createDeviceQueues(parts, live, feedback);

  return {
    send: (deviceId, message) => {
      const record = find(deviceId);
      // The hub says the same of a disabled device as of a missing one.
      if (record?.identity.status !== 'enabled') return failMissing(parts, { deviceId });
      const addressed = withAddress(message, deviceId);
      const queue = enqueueMessage(record.queue, addressed, clock.now(), defaultTimeToLiveSeconds);
      if (!queue.ok) return queue;
      queues.keep(record, { queue: queue.value, ended: [] });
      queues.deliver(record);
      return ok(undefined);
    },
    receive: (deviceId) => {
      const record = find(deviceId);
      if (record === undefined) return failMissing(parts, { deviceId });
      const message = queues.lock(record, false);
      return ok(message === undefined ? undefined : formatDelivery(message));
    },
    complete: (deviceId, lockToken) => settle(deviceId, (record) => complete(record.queue, lockToken)),
    reject: (deviceId, lockToken) => settle(deviceId, (record) => reject(record.queue, lockToken)),
    abandon: (deviceId, lockToken) =>
      settle(deviceId, (record) => abandon(record.queue, lockToken, maximumDeliveryCount)),
    purge: (deviceId) => {
      const record = find(deviceId);
      if (record === undefined) return failMissing(parts, { deviceId });
      const change = purge(record.queue);
      queues.keep(record, change);
      return ok(change.ended.length);
    },
    sendToInput: (identity, message) => {
      if (state.find(identity)?.kind !== 'module') return failMissing(parts, identity);
      const session = live.find(identity);
      if (session?.isReadyFor('inputs') !== true) {
        return failed('DeviceNotOnline', 'The module is not connected or does not listen to its inputs.');
      }
      session.link.deliverInputMessage(message);
      return ok(undefined);
    },
    close: queues.close,
  };

  /** The device with its queue as it is now: expiry and lost locks are never left to a late timer. */
  function find(deviceId: DeviceId): DeviceRecord | undefined {
    const record = state.devices.get(deviceId);
    if (record !== undefined) queues.elapse(record);
    return record;
  }

  function settle(
    deviceId: DeviceId,
    transition: (record: DeviceRecord) => Result<QueueChange<CloudToDeviceMessage>>,
  ): Result<void> {
    const record = find(deviceId);
    if (record === undefined) return failMissing(parts, { deviceId });
    const change = transition(record);
    if (!change.ok) return change;
    queues.keep(record, change.value);
    queues.deliver(record);
    return ok(undefined);
  }
}

function withAddress(message: CloudToDeviceMessage, deviceId: DeviceId): CloudToDeviceMessage {
  const { system, application } = message.properties;
  if (system.to !== undefined) return message;
  const to = `/devices/${encodeURIComponent(deviceId)}/messages/devicebound`;
  return { ...message, properties: { system: { ...system, to }, application } };
}

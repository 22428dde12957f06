import {
  complete,
  elapse,
  type InvisibleMessage,
  lockNext,
  nextDueUtc,
  type QueueChange,
  releaseConnection,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { CloudToDeviceDelivery, CloudToDeviceMessage } from '../../domain/messages/message.ts';
import { formatTime } from '../../domain/time.ts';
import type { DeviceRecord } from '../../store/hub-state.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Timer } from '../ports.ts';
import type { LiveSessions } from '../sessions/live-sessions.ts';
import type { FeedbackKeeper } from './feedback.ts';

/** The queues of all devices in motion: kept, timed, and pushed to whoever listens. */
export interface DeviceQueues {
  /** Keeps a change of a queue, gives feedback on what ended, and sets the queue's one timer anew. */
  keep(record: DeviceRecord, change: QueueChange<CloudToDeviceMessage>): void;
  /** Keeps what time did to a queue since it was looked at last. */
  elapse(record: DeviceRecord): void;
  /** Locks the next message that waits; `endsWithConnection` where it is pushed over one. */
  lock(record: DeviceRecord, endsWithConnection: boolean): InvisibleMessage<CloudToDeviceMessage> | undefined;
  /** Pushes all that waits to a device that listens. */
  deliver(record: DeviceRecord): void;
  close(): void;
}

interface Alarm {
  readonly dueUtc: number;
  readonly timer: Timer;
}

export function createDeviceQueues(
  parts: HubParts,
  live: LiveSessions,
  feedback: FeedbackKeeper,
): DeviceQueues {
  const { state, clock, ids, log, happenings, options } = parts;
  const lockMilliseconds = options.cloudToDevice.lockSeconds * 1000;
  const alarms = new Map<DeviceId, Alarm>();

  happenings.listen((happening) => {
    const { identity } = happening;
    if (identity.moduleId !== undefined) return;
    if (happening.kind === 'identityDeleted') {
      silence(identity.deviceId);
      feedback.forget(identity.deviceId);
      return;
    }
    const record = state.devices.get(identity.deviceId);
    if (record === undefined) return;
    if (happening.kind === 'clientSubscribed' && happening.channel === 'messages') wake(record);
    else if (happening.kind === 'clientDisconnected') {
      keep(record, { queue: releaseConnection(record.queue), ended: [] });
    }
  });

  return {
    keep,
    elapse: elapseTo,
    lock,
    deliver,
    close: () => {
      for (const deviceId of [...alarms.keys()]) silence(deviceId);
    },
  };

  function keep(record: DeviceRecord, { queue, ended }: QueueChange<CloudToDeviceMessage>): void {
    record.queue = queue;
    for (const message of ended) {
      feedback.give(record.identity, message);
      if (message.state !== 'deadLettered') continue;
      const { messageId } = message.content.properties.system;
      log('info', 'message-dead-lettered', {
        deviceId: record.identity.deviceId,
        messageId,
        reason: message.outcome,
      });
    }
    setAlarm(record);
  }

  function elapseTo(record: DeviceRecord): void {
    const change = elapse(record.queue, clock.now());
    if (change.queue !== record.queue) keep(record, change);
  }

  function lock(
    record: DeviceRecord,
    endsWithConnection: boolean,
  ): InvisibleMessage<CloudToDeviceMessage> | undefined {
    const untilUtc = clock.now() + lockMilliseconds;
    const locked = lockNext(record.queue, { token: ids.guid(), untilUtc, endsWithConnection });
    if (locked === undefined) return undefined;
    keep(record, { queue: locked.queue, ended: [] });
    return locked.message;
  }

  // Whether the device still listens is asked anew for each message: its link may end the connection or settle at once.
  function deliver(record: DeviceRecord): void {
    for (;;) {
      const session = live.find(record.twin.identity);
      if (session?.isReadyFor('messages') !== true) return;
      const message = lock(record, true);
      if (message === undefined) return;
      record.activity.lastActivityUtc = clock.now();
      if (session.isSettledOnDelivery) {
        const completed = complete(record.queue, message.lock.token);
        if (completed.ok) keep(record, completed.value);
      }
      session.link.deliverMessage(formatDelivery(message));
    }
  }

  function wake(record: DeviceRecord): void {
    elapseTo(record);
    deliver(record);
  }

  function setAlarm(record: DeviceRecord): void {
    const { deviceId } = record.identity;
    const dueUtc = nextDueUtc(record.queue);
    if (alarms.get(deviceId)?.dueUtc === dueUtc) return;
    silence(deviceId);
    if (dueUtc === Number.POSITIVE_INFINITY) return;
    const timer = clock.schedule(Math.max(dueUtc - clock.now(), 0), () => {
      alarms.delete(deviceId);
      wake(record);
      setAlarm(record);
    });
    alarms.set(deviceId, { dueUtc, timer });
  }

  function silence(deviceId: DeviceId): void {
    alarms.get(deviceId)?.timer.cancel();
    alarms.delete(deviceId);
  }
}

/** A locked message as a door hears of it. */
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

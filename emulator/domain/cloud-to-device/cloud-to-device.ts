import { type CloudToDeviceMessage, MAXIMUM_MESSAGE_BYTES } from '../messages/message.ts';
import { messageSizeOf } from '../messages/message-size.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseTime } from '../time.ts';
import { enqueue, type MessageQueue } from './message-queue.ts';

/** How a hub keeps its cloud-to-device messages and the feedback on them. */
export interface CloudToDeviceOptions {
  /** How long a message lives whose sender named no expiry. The hub allows a minute to two days. */
  readonly defaultTimeToLiveSeconds: number;
  /** How often a device may abandon a message before it is dead-lettered. The hub allows 1 to 100. */
  readonly maximumDeliveryCount: number;
  /** How long a device holds a message that it received before it is delivered again. Fixed on the hub. */
  readonly lockSeconds: number;
  readonly feedback: FeedbackOptions;
}

/** How a hub keeps feedback for its back ends. */
export interface FeedbackOptions {
  /** How long feedback waits to be received. The hub allows a minute to two days. */
  readonly timeToLiveSeconds: number;
  /** How often a back end may abandon a batch of feedback before it is dropped. The hub allows 1 to 100. */
  readonly maximumDeliveryCount: number;
  /** How long a back end holds a batch that it received. The hub allows 5 to 300 seconds. */
  readonly lockSeconds: number;
  /** How long records are gathered into one batch, 64 at most; 0 makes each record a batch at once (the hub: 15). */
  readonly batchSeconds: number;
}

/** The hub's own defaults, but for feedback, which does not let a developer wait. */
export const DEFAULT_CLOUD_TO_DEVICE_OPTIONS: CloudToDeviceOptions = {
  defaultTimeToLiveSeconds: 3600,
  maximumDeliveryCount: 10,
  lockSeconds: 60,
  feedback: { timeToLiveSeconds: 3600, maximumDeliveryCount: 10, lockSeconds: 60, batchSeconds: 0 },
};

/** As many messages may wait for a device, those that it holds included. */
export const MAXIMUM_QUEUE_DEPTH = 50;
const MAXIMUM_TIME_TO_LIVE_MILLISECONDS = 2 * 24 * 60 * 60 * 1000;

/** Queues a message for a device; `MessageTooLarge`, `InvalidMessageExpiryTime` or `DeviceMaximumQueueDepthExceeded`. */
export function enqueueMessage(
  queue: MessageQueue<CloudToDeviceMessage>,
  message: CloudToDeviceMessage,
  now: number,
  defaultTimeToLiveSeconds: number,
): Result<MessageQueue<CloudToDeviceMessage>> {
  const size = messageSizeOf(message.body, message.properties);
  if (size > MAXIMUM_MESSAGE_BYTES) {
    const text = `The message has ${size} bytes, ${MAXIMUM_MESSAGE_BYTES} are allowed.`;
    return failed('MessageTooLarge', text);
  }
  const expiryUtc = parseExpiry(message, now, defaultTimeToLiveSeconds);
  if (!expiryUtc.ok) return expiryUtc;
  if (queue.messages.length >= MAXIMUM_QUEUE_DEPTH) {
    const text = `C2D messages enqueued for the device exceeded the queue limit of ${MAXIMUM_QUEUE_DEPTH}, see more at http://aka.ms/iothub403004`;
    return failed('DeviceMaximumQueueDepthExceeded', text);
  }
  return ok(enqueue(queue, message, { enqueuedUtc: now, expiryUtc: expiryUtc.value }));
}

function parseExpiry(
  message: CloudToDeviceMessage,
  now: number,
  defaultTimeToLiveSeconds: number,
): Result<number> {
  const text = message.properties.system.expiryUtc;
  if (text === undefined) return ok(now + defaultTimeToLiveSeconds * 1000);
  const expiryUtc = parseTime(text);
  if (expiryUtc === undefined) return failed('InvalidMessageExpiryTime', 'The expiry is no UTC time.');
  if (expiryUtc <= now) return failed('InvalidMessageExpiryTime', 'The expiry lies in the past.');
  return expiryUtc > now + MAXIMUM_TIME_TO_LIVE_MILLISECONDS
    ? failed('InvalidMessageExpiryTime', 'The expiry lies more than two days ahead.')
    : ok(expiryUtc);
}

import { type CloudToDeviceMessage, MAXIMUM_MESSAGE_BYTES } from '../messages/message.ts';
import { messageSizeOf } from '../messages/message-size.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseTime } from '../time.ts';
import { enqueue, type MessageQueue } from './message-queue.ts';

/** The timeouts and limits of cloud-to-device messages and of their feedback. */
export interface CloudToDeviceOptions {
  /** The time to live of a message without an expiry time. IoT Hub allows one minute to two days. */
  readonly defaultTimeToLiveSeconds: number;
  /** The number of abandonments after which a message is dead-lettered. IoT Hub allows 1 to 100. */
  readonly maximumDeliveryCount: number;
  /** The time that a device may hold a received message. Then the hub delivers it again. IoT Hub has a fixed value. */
  readonly lockSeconds: number;
  readonly feedback: FeedbackOptions;
}

/** The timeouts and limits of feedback for back ends. */
export interface FeedbackOptions {
  /** The time that feedback waits for a back end. IoT Hub allows one minute to two days. */
  readonly timeToLiveSeconds: number;
  /** The number of abandonments after which a batch is deleted. IoT Hub allows 1 to 100. */
  readonly maximumDeliveryCount: number;
  /** The time that a back end may hold a received batch. IoT Hub allows 5 to 300 seconds. */
  readonly lockSeconds: number;
  /** The time that a batch collects records, at most 64. With 0, each batch has one record. IoT Hub uses 15. */
  readonly batchSeconds: number;
}

/** The maximum number of pending messages of a device, including those that the device holds. */
export const MAXIMUM_QUEUE_DEPTH = 50;
const MAXIMUM_TIME_TO_LIVE_MILLISECONDS = 2 * 24 * 60 * 60 * 1000;

/**
 * Adds a message to the queue of a device.
 * Errors: `MessageTooLarge`, `InvalidMessageExpiryTime`, `DeviceMaximumQueueDepthExceeded`.
 */
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
  const expiryText = message.properties.system.expiryUtc;
  const expiryUtc =
    expiryText === undefined ? ok(now + defaultTimeToLiveSeconds * 1000) : parseExpiry(expiryText, now);
  if (!expiryUtc.ok) return expiryUtc;
  if (queue.messages.length >= MAXIMUM_QUEUE_DEPTH) {
    const text = `C2D messages enqueued for the device exceeded the queue limit of ${MAXIMUM_QUEUE_DEPTH}, see more at http://aka.ms/iothub403004`;
    return failed('DeviceMaximumQueueDepthExceeded', text);
  }
  return ok(enqueue(queue, message, { enqueuedUtc: now, expiryUtc: expiryUtc.value }));
}

function parseExpiry(text: string, now: number): Result<number> {
  const expiryUtc = parseTime(text);
  if (expiryUtc === undefined) return failed('InvalidMessageExpiryTime', 'The expiry is no UTC time.');
  if (expiryUtc <= now) return failed('InvalidMessageExpiryTime', 'The expiry lies in the past.');
  return expiryUtc > now + MAXIMUM_TIME_TO_LIVE_MILLISECONDS
    ? failed('InvalidMessageExpiryTime', 'The expiry lies more than two days ahead.')
    : ok(expiryUtc);
}

import {
  createFeedbackRecord,
  type FeedbackDelivery,
  type FeedbackRecord,
  isFeedbackRequested,
} from '../../domain/cloud-to-device/feedback.ts';
import {
  abandon,
  applyTimeouts,
  complete,
  type EndedMessage,
  enqueue,
  lockNext,
  type MessageQueue,
  type QueueChange,
} from '../../domain/cloud-to-device/message-queue.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { DeviceIdentity } from '../../domain/identities/identity.ts';
import type { CloudToDeviceMessage } from '../../domain/messages/message.ts';
import { ok, type Result } from '../../domain/result.ts';
import { formatTime } from '../../domain/time.ts';
import type { FeedbackBatch, FeedbackEntry } from '../../store/feedback-store.ts';
import { LogCursor, waitForAppend } from '../../store/partition-log.ts';
import type { HubParts } from '../hub-parts.ts';

const MAXIMUM_BATCH_RECORDS = 64;
// Bounds the memory for batches that no back end receives before they expire.
const MAXIMUM_BATCHES = 1000;

/** The filter and the start position of a reader of feedback. */
export interface FeedbackReading {
  /** Default: `latest`, only records that are added after the call. */
  readonly from?: 'earliest' | 'latest';
  readonly deviceId?: string;
  readonly signal?: AbortSignal;
}

/**
 * The requested feedback on cloud-to-device messages: a queue of batches for back ends, and a log for observers.
 * There is no timer: each operation applies the timeouts first. The error for an expired lock token is
 * `DeviceMessageLockLost`.
 */
export class Feedback {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** Adds the feedback on an ended message if its sender requested it. */
  add(device: DeviceIdentity, message: EndedMessage<CloudToDeviceMessage>): void {
    if (!isFeedbackRequested(message)) return;
    const { store, clock } = this.#parts;
    const now = clock.now();
    store.feedback.add(createFeedbackRecord(message, device, now), now);
    this.#applyTimeouts();
  }

  /** Deletes the pending feedback of a deleted device. */
  deleteFeedback(deviceId: DeviceId): void {
    const { feedback } = this.#parts.store;
    const { openBatch, queue } = feedback;
    const isKept = (record: FeedbackRecord) => record.deviceId !== deviceId;
    if (openBatch !== undefined) {
      feedback.replaceOpenBatch({ ...openBatch, batch: openBatch.batch.filter(isKept) });
    }
    const messages = queue.messages
      .map((message) => ({ ...message, content: message.content.filter(isKept) }))
      .filter(({ content }) => content.length > 0);
    feedback.replaceQueue({ ...queue, messages });
  }

  /** Locks and returns the next batch. Returns undefined if no batch waits. */
  receiveFeedback(): FeedbackDelivery | undefined {
    this.#applyTimeouts();
    const { store, clock, ids } = this.#parts;
    const untilUtc = clock.now() + this.#options.lockSeconds * 1000;
    const lock = () => ({ token: ids.guid(), untilUtc, endsWithConnection: false });
    const locked = lockNext(store.feedback.queue, lock);
    if (locked === undefined) return undefined;
    store.feedback.replaceQueue(locked.queue);
    const { message } = locked;
    return {
      lockToken: message.lock.token,
      sequenceNumber: message.sequenceNumber,
      deliveryCount: message.deliveryCount,
      enqueuedTimeUtc: formatTime(message.enqueuedUtc),
      records: message.content,
    };
  }

  completeFeedback(lockToken: string): Result<void> {
    return this.#settle((queue) => complete(queue, lockToken));
  }

  abandonFeedback(lockToken: string): Result<void> {
    return this.#settle((queue) => abandon(queue, lockToken, this.#options.maximumDeliveryCount));
  }

  /** Reads records without removing them. Ends when the signal aborts, the hub closes or the caller leaves the loop. */
  read({ from = 'latest', deviceId, signal }: FeedbackReading = {}): AsyncIterable<FeedbackRecord> {
    const { log } = this.#parts.store.feedback;
    const { closed } = this.#parts;
    // The position is taken now and not when the loop begins, so that the reader misses no record in between.
    const cursor = new LogCursor(log, from === 'earliest' ? 0 : log.nextSequenceNumber);
    return this.#read(cursor, deviceId, signal === undefined ? closed : AbortSignal.any([signal, closed]));
  }

  get #options() {
    return this.#parts.options.cloudToDevice.feedback;
  }

  /** Deletes expired batches, and closes the open batch if it is full or old enough. */
  #applyTimeouts(): void {
    const { feedback } = this.#parts.store;
    const now = this.#parts.clock.now();
    feedback.replaceQueue(applyTimeouts(feedback.queue, now).queue);
    const { openBatch } = feedback;
    if (openBatch === undefined) return;
    const { batch, sinceUtc } = openBatch;
    const { batchSeconds, timeToLiveSeconds } = this.#options;
    if (batch.length < MAXIMUM_BATCH_RECORDS && now < sinceUtc + batchSeconds * 1000) return;
    feedback.replaceOpenBatch(undefined);
    if (batch.length === 0) return;
    const expiryUtc = now + timeToLiveSeconds * 1000;
    feedback.replaceQueue(this.#bound(enqueue(feedback.queue, batch, { enqueuedUtc: now, expiryUtc })));
  }

  #bound(queue: MessageQueue<FeedbackBatch>): MessageQueue<FeedbackBatch> {
    if (queue.messages.length <= MAXIMUM_BATCHES) return queue;
    // One tenth is deleted together, so that a full queue is not logged for every record.
    const count = MAXIMUM_BATCHES / 10;
    this.#parts.log('warn', 'feedback-forgotten', { count, limitBatches: MAXIMUM_BATCHES });
    return { ...queue, messages: queue.messages.slice(count) };
  }

  #settle(
    transition: (queue: MessageQueue<FeedbackBatch>) => Result<QueueChange<FeedbackBatch>>,
  ): Result<void> {
    this.#applyTimeouts();
    const { feedback } = this.#parts.store;
    const change = transition(feedback.queue);
    if (!change.ok) return change;
    feedback.replaceQueue(change.value.queue);
    return ok(undefined);
  }

  async *#read(
    cursor: LogCursor<FeedbackEntry>,
    deviceId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<FeedbackRecord, void, void> {
    const { log } = this.#parts.store.feedback;
    while (!signal.aborted) {
      const entry = cursor.peek();
      if (entry === undefined) await waitForAppend([log], signal);
      else {
        cursor.pass(entry);
        if (deviceId === undefined || entry.record.deviceId === deviceId) yield entry.record;
      }
    }
  }
}

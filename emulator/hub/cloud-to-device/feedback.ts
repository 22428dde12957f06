import { type FeedbackRecord, feedbackOn } from '../../domain/cloud-to-device/feedback.ts';
import {
  abandon,
  complete,
  type EndedMessage,
  elapse,
  emptyQueue,
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
import { type LogEntry, PartitionLog, untilAppend } from '../../store/partition-log.ts';
import type { Feedback } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';

/** Feedback as the queues of the devices use it. */
export interface FeedbackKeeper extends Feedback {
  /** Keeps the feedback on a message that ended, where its sender wants it. */
  give(device: DeviceIdentity, message: EndedMessage<CloudToDeviceMessage>): void;
  /** Drops the pending feedback of a device that is deleted. */
  forget(deviceId: DeviceId): void;
}

type Batch = readonly FeedbackRecord[];

interface RecordEntry extends LogEntry {
  readonly record: FeedbackRecord;
}

const MAXIMUM_BATCH_RECORDS = 64;
// What is never received would else fill the memory until it expires.
const MAXIMUM_BATCHES = 1000;
const MAXIMUM_LOG_BYTES = 4 * 1024 * 1024;
const RECORD_BYTES = 512;

/** Makes the feedback: a queue of batches for the back ends, and a log for those who only look on. No timer runs; time counts when somebody asks. */
export function createFeedback(parts: HubParts): FeedbackKeeper {
  const { clock, ids, log, options } = parts;
  const { timeToLiveSeconds, maximumDeliveryCount, lockSeconds, batchSeconds } =
    options.cloudToDevice.feedback;
  const records = new PartitionLog<RecordEntry>();
  let queue: MessageQueue<Batch> = emptyQueue();
  let gathered: { readonly sinceUtc: number; readonly batch: Batch } | undefined;

  return {
    give: (device, message) => {
      const now = clock.now();
      const record = feedbackOn(message, device, now);
      if (record === undefined) return;
      const sequenceNumber = records.nextSequenceNumber;
      records.append({ sequenceNumber, enqueuedUtc: now, bytes: RECORD_BYTES, record });
      records.trim(MAXIMUM_LOG_BYTES, Number.NEGATIVE_INFINITY);
      gathered = {
        sinceUtc: gathered?.sinceUtc ?? now,
        batch: [...(gathered?.batch ?? []), record],
      };
      bringUpToDate();
    },
    forget: (deviceId) => {
      const isKept = (record: FeedbackRecord) => record.deviceId !== deviceId;
      if (gathered !== undefined) gathered = { ...gathered, batch: gathered.batch.filter(isKept) };
      const messages = queue.messages
        .map((message) => ({ ...message, content: message.content.filter(isKept) }))
        .filter(({ content }) => content.length > 0);
      queue = { ...queue, messages };
    },
    receive: () => {
      bringUpToDate();
      const untilUtc = clock.now() + lockSeconds * 1000;
      const locked = lockNext(queue, { token: ids.guid(), untilUtc, endsWithConnection: false });
      if (locked === undefined) return undefined;
      queue = locked.queue;
      const { sequenceNumber, deliveryCount, enqueuedUtc, content, lock } = locked.message;
      return {
        lockToken: lock.token,
        sequenceNumber,
        deliveryCount,
        enqueuedTimeUtc: formatTime(enqueuedUtc),
        records: content,
      };
    },
    complete: (lockToken) => settle((current) => complete(current, lockToken)),
    abandon: (lockToken) => settle((current) => abandon(current, lockToken, maximumDeliveryCount)),
    read: ({ from = 'latest', deviceId, signal } = {}) => {
      // The position is taken now, not when the loop begins: nothing that happens in between is missed.
      const start = from === 'earliest' ? 0 : records.nextSequenceNumber;
      const closed = signal === undefined ? parts.closed : AbortSignal.any([signal, parts.closed]);
      return readRecords(start, deviceId, closed);
    },
  };

  /** Closes the batch that is full or old enough, and drops what expired. */
  function bringUpToDate(): void {
    const now = clock.now();
    queue = elapse(queue, now).queue;
    if (gathered === undefined) return;
    const { batch, sinceUtc } = gathered;
    const isDue = batch.length >= MAXIMUM_BATCH_RECORDS || now >= sinceUtc + batchSeconds * 1000;
    if (!isDue) return;
    gathered = undefined;
    if (batch.length === 0) return;
    queue = enqueue(queue, batch, { enqueuedUtc: now, expiryUtc: now + timeToLiveSeconds * 1000 });
    if (queue.messages.length <= MAXIMUM_BATCHES) return;
    // One tenth at once, so that a full queue is not logged at every record.
    const count = MAXIMUM_BATCHES / 10;
    queue = { ...queue, messages: queue.messages.slice(count) };
    log('warn', 'feedback-forgotten', { count, limitBatches: MAXIMUM_BATCHES });
  }

  function settle(transition: (current: MessageQueue<Batch>) => Result<QueueChange<Batch>>): Result<void> {
    bringUpToDate();
    const change = transition(queue);
    if (!change.ok) return change;
    queue = change.value.queue;
    return ok(undefined);
  }

  async function* readRecords(
    start: number,
    deviceId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<FeedbackRecord, void, void> {
    let next = start;
    while (!signal.aborted) {
      const entry = records.at(next);
      if (entry === undefined) await untilAppend([records], signal);
      else {
        next = entry.sequenceNumber + 1;
        if (deviceId === undefined || entry.record.deviceId === deviceId) yield entry.record;
      }
    }
  }
}

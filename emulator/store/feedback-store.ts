import type { FeedbackRecord } from '../domain/cloud-to-device/feedback.ts';
import { emptyQueue, type MessageQueue } from '../domain/cloud-to-device/message-queue.ts';
import { type LogEntry, type LogSnapshot, PartitionLog, type ReadableLog } from './partition-log.ts';

/** Feedback records that a back end receives together. */
export type FeedbackBatch = readonly FeedbackRecord[];

/** The batch to which records are added. */
export interface OpenBatch {
  readonly sinceUtc: number;
  readonly batch: FeedbackBatch;
}

/** A record in the log for observers. */
export interface FeedbackEntry extends LogEntry {
  readonly record: FeedbackRecord;
}

const MAXIMUM_LOG_BYTES = 4 * 1024 * 1024;
const RECORD_BYTES = 512;

/** Feedback on cloud-to-device messages: the open batch, the queue of batches, and a log of all records. */
export class FeedbackStore {
  readonly #log = new PartitionLog<FeedbackEntry>();
  #queue: MessageQueue<FeedbackBatch> = emptyQueue();
  #openBatch: OpenBatch | undefined;

  /** All records, for observers. */
  get log(): ReadableLog<FeedbackEntry> {
    return this.#log;
  }

  get queue(): MessageQueue<FeedbackBatch> {
    return this.#queue;
  }

  get openBatch(): OpenBatch | undefined {
    return this.#openBatch;
  }

  /** Adds a record to the open batch and to the log. */
  add(record: FeedbackRecord, utc: number): void {
    const sequenceNumber = this.#log.nextSequenceNumber;
    this.#log.append({ sequenceNumber, enqueuedUtc: utc, bytes: RECORD_BYTES, record });
    this.#log.trim(MAXIMUM_LOG_BYTES, Number.NEGATIVE_INFINITY);
    const { sinceUtc = utc, batch = [] } = this.#openBatch ?? {};
    this.#openBatch = { sinceUtc, batch: [...batch, record] };
  }

  replaceQueue(queue: MessageQueue<FeedbackBatch>): void {
    this.#queue = queue;
  }

  replaceOpenBatch(openBatch: OpenBatch | undefined): void {
    this.#openBatch = openBatch;
  }

  /** Replaces the queue, the open batch and the log. */
  restore(
    queue: MessageQueue<FeedbackBatch>,
    openBatch: OpenBatch | undefined,
    log: LogSnapshot<FeedbackEntry>,
  ): void {
    this.#queue = queue;
    this.#openBatch = openBatch;
    this.#log.restore(log);
  }
}

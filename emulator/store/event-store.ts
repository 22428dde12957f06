import type { IncomingEvent } from '../domain/messages/incoming-event.ts';
import type { Mutable } from './mutable.ts';
import { type LogSnapshot, PartitionLog, type ReadableLog } from './partition-log.ts';
import type { ActivityRecord, ClientRecord, EventSender, StoredEvent } from './records.ts';

/** The number of partitions of an event log, and the limits of its size and age. */
export interface EventRetention {
  readonly partitionCount: number;
  /** The sum for all partitions. */
  readonly eventRetentionBytes: number;
  readonly eventRetentionMilliseconds: number;
}

// The memory of an entry in addition to its bytes, so that empty messages are limited too.
const ENTRY_OVERHEAD_BYTES = 200;

/** Device-to-cloud events: one append-only log per partition, limited in bytes and age. */
export class EventStore {
  readonly #partitions: readonly PartitionLog<StoredEvent>[];
  /** The limit of one partition. */
  readonly maximumBytes: number;
  readonly #retentionMilliseconds: number;

  constructor({ partitionCount, eventRetentionBytes, eventRetentionMilliseconds }: EventRetention) {
    this.#partitions = Array.from({ length: partitionCount }, () => new PartitionLog<StoredEvent>());
    this.maximumBytes = eventRetentionBytes / partitionCount;
    this.#retentionMilliseconds = eventRetentionMilliseconds;
  }

  get partitions(): readonly ReadableLog<StoredEvent>[] {
    return this.#partitions;
  }

  /**
   * Appends an event and, if `client` is given, sets its last activity.
   * Returns the number of events that were deleted because the partition was full.
   */
  append(
    sender: EventSender,
    { head, format, body }: IncomingEvent,
    enqueuedUtc: number,
    client: ClientRecord | undefined,
  ): number {
    const partition = this.#partitions[sender.partition] as PartitionLog<StoredEvent>;
    const bytes = head.length + body.length + ENTRY_OVERHEAD_BYTES;
    const sequenceNumber = partition.nextSequenceNumber;
    partition.append({ sequenceNumber, enqueuedUtc, bytes, sender, head, format, body });
    if (client !== undefined) (client.activity as Mutable<ActivityRecord>).lastActivityUtc = enqueuedUtc;
    const isFull = partition.bytes > this.maximumBytes;
    // One tenth is deleted together, so that a full log is not trimmed and logged for every event.
    const dropped = partition.trim(
      isFull ? this.maximumBytes * 0.9 : this.maximumBytes,
      enqueuedUtc - this.#retentionMilliseconds,
    );
    return isFull ? dropped : 0;
  }

  /** Replaces the events of all partitions. */
  restore(logs: readonly LogSnapshot<StoredEvent>[]): void {
    for (const [index, log] of logs.entries()) this.#partitions[index]?.restore(log);
  }
}

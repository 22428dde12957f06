import type { IncomingEvent } from '../domain/messages/incoming-event.ts';
import type { Mutable } from './mutable.ts';
import { PartitionLog } from './partition-log.ts';
import type { ActivityRecord, ClientRecord, EventSender, StoredEvent } from './records.ts';

/** How many partitions a log of events has, and what it keeps. */
export interface EventRetention {
  readonly partitionCount: number;
  /** For all partitions together. */
  readonly eventRetentionBytes: number;
  readonly eventRetentionMilliseconds: number;
}

// What an entry costs beside its bytes, so that empty messages are bounded too.
const ENTRY_OVERHEAD_BYTES = 200;

/** Device-to-cloud events: one append-only log per partition, bounded in bytes and age. */
export class EventStore {
  readonly partitions: readonly PartitionLog<StoredEvent>[];
  /** The bound of one partition. */
  readonly maximumBytes: number;
  readonly #retentionMilliseconds: number;

  constructor({ partitionCount, eventRetentionBytes, eventRetentionMilliseconds }: EventRetention) {
    this.partitions = Array.from({ length: partitionCount }, () => new PartitionLog<StoredEvent>());
    this.maximumBytes = eventRetentionBytes / partitionCount;
    this.#retentionMilliseconds = eventRetentionMilliseconds;
  }

  /**
   * Appends an event and sets the last activity of its client, if it has one. Returns how many events were dropped
   * because the partition was full; 0 if it was not.
   */
  append(
    sender: EventSender,
    { head, format, body }: IncomingEvent,
    enqueuedUtc: number,
    client: ClientRecord | undefined,
  ): number {
    const partition = this.partitions[sender.partition] as PartitionLog<StoredEvent>;
    const bytes = head.length + body.length + ENTRY_OVERHEAD_BYTES;
    const sequenceNumber = partition.nextSequenceNumber;
    partition.append({ sequenceNumber, enqueuedUtc, bytes, sender, head, format, body });
    if (client !== undefined) (client.activity as Mutable<ActivityRecord>).lastActivityUtc = enqueuedUtc;
    const isFull = partition.bytes > this.maximumBytes;
    // One tenth is freed at once, so that a full log is not trimmed (and logged) at every event.
    const dropped = partition.trim(
      isFull ? this.maximumBytes * 0.9 : this.maximumBytes,
      enqueuedUtc - this.#retentionMilliseconds,
    );
    return isFull ? dropped : 0;
  }
}

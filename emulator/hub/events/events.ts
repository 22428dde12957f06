import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { DeviceEvent } from '../../domain/messages/message.ts';
import { failed, ok } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import { PartitionLog, untilAppend } from '../../store/partition-log.ts';
import type { IncomingEvent } from '../client-session.ts';
import type { AuthenticatedClient, EventPosition, Events } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import {
  type EventSender,
  formatDeviceEvent,
  partitionOf,
  type StoredEvent,
  senderOf,
} from './device-event.ts';

/** The event log as the rest of the hub uses it. */
export interface EventLog extends Events {
  senderOf(client: AuthenticatedClient, record: ClientRecord): EventSender;
  /** The time (Unix milliseconds) at which the event was enqueued. */
  appendFrom(sender: EventSender, event: IncomingEvent): number;
}

// What an entry costs beside its bytes, so that empty messages are bounded too.
const ENTRY_OVERHEAD_BYTES = 200;

/** Makes the device-to-cloud event log: one partition is chosen by device id, so a device's events stay in order. */
export function createEventLog(parts: HubParts): EventLog {
  const { clock, log, options } = parts;
  const partitions = Array.from({ length: options.partitionCount }, () => new PartitionLog<StoredEvent>());
  const maximumBytes = options.eventRetentionBytes / options.partitionCount;

  return {
    partitionCount: options.partitionCount,
    senderOf: (client, record) => senderOf(client, record, options.partitionCount),
    appendFrom,
    append: (client, event) => {
      const record = parts.state.find(client.identity);
      if (record === undefined) return failed('DeviceNotFound', client.identity.deviceId);
      appendFrom(senderOf(client, record, options.partitionCount), event);
      return ok(undefined);
    },
    read: ({ from = 'latest', deviceId, moduleId, signal } = {}) => {
      const indexes =
        deviceId === undefined
          ? partitions.map((_partition, index) => index)
          : [partitionOf(deviceId, options.partitionCount)];
      // The position is taken now, not when the loop begins: nothing that happens in between is missed.
      const cursors = indexes.map((index) => ({ index, next: startOf(index, from) }));
      return readEvents(cursors, { deviceId, moduleId }, orClosed(signal));
    },
  };

  function appendFrom(sender: EventSender, event: IncomingEvent): number {
    const partition = partitions[sender.partition] as PartitionLog<StoredEvent>;
    const bytes = event.head.length + event.body.length + ENTRY_OVERHEAD_BYTES;
    const enqueuedUtc = clock.now();
    const { head, format, body } = event;
    partition.append({
      sequenceNumber: partition.nextSequenceNumber,
      enqueuedUtc,
      bytes,
      sender,
      head,
      format,
      body,
    });
    const isTooHeavy = partition.bytes > maximumBytes;
    // One tenth is freed at once, so that a full log is not trimmed (and logged) at every event.
    const forgotten = partition.trim(
      isTooHeavy ? maximumBytes * 0.9 : maximumBytes,
      enqueuedUtc - options.eventRetentionMilliseconds,
    );
    if (isTooHeavy) {
      const fields = { partitionId: String(sender.partition), count: forgotten, limitBytes: maximumBytes };
      log('warn', 'events-forgotten', fields);
    }
    return enqueuedUtc;
  }

  function startOf(index: number, from: EventPosition): number {
    const partition = partitions[index];
    if (partition === undefined || from === 'earliest') return 0;
    if (from === 'latest') return partition.nextSequenceNumber;
    return (from.afterSequenceNumbers[index] ?? -1) + 1;
  }

  function orClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? parts.closed : AbortSignal.any([signal, parts.closed]);
  }

  async function* readEvents(
    cursors: readonly { readonly index: number; next: number }[],
    filter: { readonly deviceId: string | undefined; readonly moduleId: string | undefined },
    signal: AbortSignal,
  ): AsyncGenerator<DeviceEvent, void, void> {
    const read = partitions.filter((_partition, index) => cursors.some((cursor) => cursor.index === index));
    while (!signal.aborted) {
      const event = takeOldest(cursors);
      if (event === undefined) await untilAppend(read, signal);
      else if (isFrom(event.sender.identity, filter)) yield formatDeviceEvent(event, parts.formats);
    }
  }

  function takeOldest(cursors: readonly { readonly index: number; next: number }[]): StoredEvent | undefined {
    let oldest: { readonly cursor: { next: number }; readonly event: StoredEvent } | undefined;
    for (const cursor of cursors) {
      const event = partitions[cursor.index]?.at(cursor.next);
      if (event === undefined) continue;
      if (oldest === undefined || event.enqueuedUtc < oldest.event.enqueuedUtc) oldest = { cursor, event };
    }
    if (oldest !== undefined) oldest.cursor.next = oldest.event.sequenceNumber + 1;
    return oldest?.event;
  }
}

function isFrom(
  identity: ClientIdentity,
  filter: { readonly deviceId: string | undefined; readonly moduleId: string | undefined },
): boolean {
  if (filter.deviceId !== undefined && identity.deviceId !== filter.deviceId) return false;
  return filter.moduleId === undefined || identity.moduleId === filter.moduleId;
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { IncomingEvent } from '../../domain/messages/incoming-event.ts';
import type { DeviceEvent } from '../../domain/messages/message.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { LogCursor, type ReadableLog, waitForAppend } from '../../store/partition-log.ts';
import type { ClientRecord, EventSender, StoredEvent } from '../../store/records.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';
import type { HubParts } from '../hub-parts.ts';
import { formatDeviceEvent } from './device-event.ts';
import { createTelemetrySender, partitionOf } from './event-sender.ts';

/** The start position of a reader of events. There is one sequence number per partition. */
export type EventPosition = 'earliest' | 'latest' | { readonly afterSequenceNumbers: readonly number[] };

/** The filter and the start position of a reader of events. */
export interface EventReading {
  /** Default: `latest`, only events that are appended after the call. */
  readonly from?: EventPosition;
  readonly deviceId?: string;
  readonly moduleId?: string;
  readonly signal?: AbortSignal;
}

/** Device-to-cloud events: an append-only log per partition. The device id determines the partition. */
export class Events {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  get partitionCount(): number {
    return this.#parts.options.partitionCount;
  }

  createSender(client: AuthenticatedClient, record: ClientRecord): EventSender {
    return createTelemetrySender(client, record, this.partitionCount);
  }

  /** Appends an event of a client without a session (the device HTTPS API). */
  sendEvent(client: AuthenticatedClient, event: IncomingEvent): Result<void> {
    const record = this.#parts.store.clients.find(client.identity);
    if (record === undefined) return failed('DeviceNotFound', client.identity.deviceId);
    this.append(this.createSender(client, record), event, undefined);
    return ok(undefined);
  }

  /** Appends an event. If `client` is given, its last activity is set. */
  append(sender: EventSender, event: IncomingEvent, client: ClientRecord | undefined): void {
    const { store, clock, log } = this.#parts;
    const dropped = store.events.append(sender, event, clock.now(), client);
    if (dropped === 0) return;
    log('warn', 'events-forgotten', {
      partitionId: String(sender.partition),
      count: dropped,
      limitBytes: store.events.maximumBytes,
    });
  }

  /** Reads events in order of arrival. Ends when the signal aborts, the hub closes or the caller leaves the loop. */
  read(reading: EventReading = {}): AsyncIterable<DeviceEvent> {
    const { from = 'latest', deviceId, signal } = reading;
    const { store, closed } = this.#parts;
    const { partitions } = store.events;
    const only = deviceId === undefined ? undefined : partitionOf({ deviceId }, this.partitionCount);
    const read = partitions.filter((_partition, index) => only === undefined || index === only);
    // The positions are taken now and not when the loop begins, so that the reader misses no event in between.
    const cursors = read.map((log) => new LogCursor(log, startOf(log, partitions.indexOf(log), from)));
    const isSelected = (event: StoredEvent) => isFrom(event.sender.identity, reading);
    return this.#read(read, cursors, isSelected, signal ? AbortSignal.any([signal, closed]) : closed);
  }

  async *#read(
    logs: readonly ReadableLog<StoredEvent>[],
    cursors: readonly LogCursor<StoredEvent>[],
    isSelected: (event: StoredEvent) => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<DeviceEvent, void, void> {
    while (!signal.aborted) {
      const event = takeOldest(cursors);
      if (event === undefined) await waitForAppend(logs, signal);
      else if (isSelected(event)) yield formatDeviceEvent(event, this.#parts.formats);
    }
  }
}

function startOf(log: ReadableLog<StoredEvent>, index: number, from: EventPosition): number {
  if (from === 'earliest') return 0;
  if (from === 'latest') return log.nextSequenceNumber;
  return (from.afterSequenceNumbers[index] ?? -1) + 1;
}

function takeOldest(cursors: readonly LogCursor<StoredEvent>[]): StoredEvent | undefined {
  let oldest: { readonly cursor: LogCursor<StoredEvent>; readonly event: StoredEvent } | undefined;
  for (const cursor of cursors) {
    const event = cursor.peek();
    if (event === undefined) continue;
    if (oldest === undefined || event.enqueuedUtc < oldest.event.enqueuedUtc) oldest = { cursor, event };
  }
  oldest?.cursor.pass(oldest.event);
  return oldest?.event;
}

function isFrom(identity: ClientIdentity, { deviceId, moduleId }: EventReading): boolean {
  if (deviceId !== undefined && identity.deviceId !== deviceId) return false;
  return moduleId === undefined || identity.moduleId === moduleId;
}

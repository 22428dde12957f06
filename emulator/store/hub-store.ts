import { emptyQueue } from '../domain/cloud-to-device/message-queue.ts';
import { ClientStore } from './client-store.ts';
import { type EventRetention, EventStore } from './event-store.ts';
import { FeedbackStore } from './feedback-store.ts';
import { JobStore } from './job-store.ts';
import { type HubSnapshot, type LogSnapshot, SNAPSHOT_VERSION } from './snapshot.ts';
import {
  formatDevice,
  formatEvents,
  formatJob,
  parseDevice,
  parseJob,
  parseModule,
} from './snapshot-format.ts';

/**
 * All state of a hub, and the only code that changes it. The state is complete: timers are created again from it, and
 * sessions and pending calls end at a restore. Records are readonly outside. Every change is a named write of one of
 * these stores.
 */
export class HubStore {
  readonly clients = new ClientStore();
  readonly jobs = new JobStore();
  readonly feedback = new FeedbackStore();
  readonly events: EventStore;
  #createdUtc: number;
  #connectionEventCount = 0;

  constructor(retention: EventRetention, createdUtc: number) {
    this.events = new EventStore(retention);
    this.#createdUtc = createdUtc;
  }

  /** The creation time of the hub (Unix milliseconds). */
  get createdUtc(): number {
    return this.#createdUtc;
  }

  /** Increments the number of connection events and returns it. */
  countConnectionEvent(): number {
    this.#connectionEventCount += 1;
    return this.#connectionEventCount;
  }

  /** Returns the complete state as plain data. Later changes of the store do not change it. */
  snapshot(): HubSnapshot {
    const { clients, jobs, events, feedback } = this;
    return {
      version: SNAPSHOT_VERSION,
      createdUtc: this.#createdUtc,
      connectionEventCount: this.#connectionEventCount,
      lastTicks: String(clients.lastTicks),
      devices: clients.deviceRows().map(formatDevice),
      jobs: [...jobs.jobs.values()].map(formatJob),
      lastJobOrdinal: jobs.lastOrdinal,
      events: events.partitions.map(formatEvents),
      feedbackQueue: feedback.queue,
      openFeedbackBatch: feedback.openBatch,
      feedbackLog: {
        nextSequenceNumber: feedback.log.nextSequenceNumber,
        entries: feedback.log.entries(),
      },
    };
  }

  /**
   * Replaces the complete state. The connections of the snapshot no longer exist, so that every client is disconnected.
   * Messages that were delivered over a connection are enqueued again. Throws if the snapshot has another version or
   * another number of partitions.
   */
  restore(snapshot: HubSnapshot): void {
    checkSnapshot(snapshot, this.events.partitions.length);
    this.#createdUtc = snapshot.createdUtc;
    this.#connectionEventCount = snapshot.connectionEventCount;
    this.#restoreClients(snapshot);
    this.#restoreJobs(snapshot);
    for (const [index, partition] of this.events.partitions.entries()) {
      const { entries, nextSequenceNumber } = snapshot.events[index] ?? EMPTY_LOG;
      partition.restore(entries, nextSequenceNumber);
    }
    const { feedbackQueue, openFeedbackBatch, feedbackLog } = snapshot;
    this.feedback.replaceQueue(feedbackQueue);
    this.feedback.replaceOpenBatch(openFeedbackBatch);
    this.feedback.log.restore(feedbackLog.entries, feedbackLog.nextSequenceNumber);
  }

  /** Returns to the state of a hub that was created at the given time (Unix milliseconds). */
  reset(createdUtc: number): void {
    this.restore({
      version: SNAPSHOT_VERSION,
      createdUtc,
      connectionEventCount: 0,
      lastTicks: '0',
      devices: [],
      jobs: [],
      lastJobOrdinal: 0,
      events: this.events.partitions.map(() => EMPTY_LOG),
      feedbackQueue: emptyQueue(),
      openFeedbackBatch: undefined,
      feedbackLog: EMPTY_LOG,
    });
  }

  #restoreClients({ devices, lastTicks }: HubSnapshot): void {
    const { clients } = this;
    clients.clear();
    clients.setLastTicks(BigInt(lastTicks));
    for (const device of devices) {
      const record = parseDevice(device);
      clients.insertDevice(record);
      clients.endConnection(record);
      for (const module of device.modules.map(parseModule)) {
        clients.insertModule(record, module);
        clients.endConnection(module);
      }
    }
  }

  #restoreJobs({ jobs, lastJobOrdinal }: HubSnapshot): void {
    this.jobs.clear();
    this.jobs.setLastOrdinal(lastJobOrdinal);
    for (const text of jobs) this.jobs.insert(parseJob(text));
  }
}

const EMPTY_LOG: LogSnapshot<never> = { nextSequenceNumber: 0, entries: [] };

function checkSnapshot({ version, events }: HubSnapshot, partitionCount: number): void {
  if (version !== SNAPSHOT_VERSION) {
    throw new Error(`The snapshot has version ${version}. This hub restores version ${SNAPSHOT_VERSION}.`);
  }
  if (events.length !== partitionCount) {
    throw new Error(`The snapshot has ${events.length} partitions. This hub has ${partitionCount}.`);
  }
}

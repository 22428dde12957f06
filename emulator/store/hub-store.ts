import { emptyQueue } from '../domain/cloud-to-device/message-queue.ts';
import { ClientStore } from './client-store.ts';
import { type EventRetention, EventStore } from './event-store.ts';
import { FeedbackStore } from './feedback-store.ts';
import { JobStore } from './job-store.ts';
import type { LogSnapshot } from './partition-log.ts';
import { type HubSnapshot, SNAPSHOT_VERSION } from './snapshot.ts';
import { formatDevice, formatEvents, formatJob, parseDevice, parseJob } from './snapshot-format.ts';

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
      devices: clients.deviceRows().map((device) => formatDevice(clients, device)),
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
   * Checks a complete snapshot and returns the function that replaces the state by it. Every client is disconnected
   * then. Throws if the snapshot has another version, another number of partitions or invalid JSON.
   */
  prepareRestore(snapshot: HubSnapshot): () => void {
    checkSnapshot(snapshot, this.events.partitions.length);
    const { createdUtc, connectionEventCount, lastJobOrdinal, events } = snapshot;
    const { feedbackQueue, openFeedbackBatch, feedbackLog } = snapshot;
    const devices = snapshot.devices.map(parseDevice);
    const lastTicks = BigInt(snapshot.lastTicks);
    const jobs = snapshot.jobs.map(parseJob);
    return () => {
      this.#createdUtc = createdUtc;
      this.#connectionEventCount = connectionEventCount;
      this.clients.restore(devices, lastTicks);
      this.jobs.restore(jobs, lastJobOrdinal);
      this.events.restore(events);
      this.feedback.restore(feedbackQueue, openFeedbackBatch, feedbackLog);
    };
  }

  /** Returns to the state of a hub that was created at the given time (Unix milliseconds). */
  reset(createdUtc: number): void {
    this.#createdUtc = createdUtc;
    this.#connectionEventCount = 0;
    this.clients.restore([], 0n);
    this.jobs.restore([], 0);
    this.events.restore(this.events.partitions.map(() => EMPTY_LOG));
    this.feedback.restore(emptyQueue(), undefined, EMPTY_LOG);
  }
}

/** The state for the capabilities of a hub: all reads, and every write that changes a part of it. */
export interface HubState {
  readonly createdUtc: number;
  readonly clients: ClientState;
  readonly jobs: Omit<JobStore, 'restore'>;
  readonly events: Omit<EventStore, 'restore'>;
  readonly feedback: Omit<FeedbackStore, 'restore'>;
  countConnectionEvent(): number;
}

export type ClientState = Omit<ClientStore, 'restore'>;

const EMPTY_LOG: LogSnapshot<never> = { nextSequenceNumber: 0, entries: [] };

function checkSnapshot({ version, events }: HubSnapshot, partitionCount: number): void {
  if (version !== SNAPSHOT_VERSION) {
    throw new Error(`The snapshot has version ${version}. This hub restores version ${SNAPSHOT_VERSION}.`);
  }
  if (events.length !== partitionCount) {
    throw new Error(`The snapshot has ${events.length} partitions. This hub has ${partitionCount}.`);
  }
}

import type { MessageQueue } from '../domain/cloud-to-device/message-queue.ts';
import type { DeviceIdentity, ModuleIdentity } from '../domain/identities/identity.ts';
import type { CloudToDeviceMessage } from '../domain/messages/message.ts';
import type { FeedbackBatch, FeedbackEntry, OpenBatch } from './feedback-store.ts';
import type { LogSnapshot } from './partition-log.ts';
import type { ActivityRecord, DeliveryRecord, StoredEvent } from './records.ts';

/** The version of the snapshot form. A hub restores no other version. */
export const SNAPSHOT_VERSION = 2;

/**
 * The complete state of a hub as plain data, without functions and with `Uint8Array` as the only class.
 * Times are Unix milliseconds.
 * Twins and jobs are JSON text, because only text keeps the spelling of every number.
 */
export interface HubSnapshot {
  readonly version: number;
  readonly createdUtc: number;
  readonly connectionEventCount: number;
  /** The .NET ticks of the last generation id, as a decimal string. */
  readonly lastTicks: string;
  /** In the order of registration. */
  readonly devices: readonly DeviceSnapshot[];
  /** The JSON texts of the jobs in the order of creation. */
  readonly jobs: readonly string[];
  readonly lastJobOrdinal: number;
  /** One log per partition. */
  readonly events: readonly LogSnapshot<StoredEvent>[];
  readonly feedbackQueue: MessageQueue<FeedbackBatch>;
  readonly openFeedbackBatch: OpenBatch | undefined;
  readonly feedbackLog: LogSnapshot<FeedbackEntry>;
}

export interface DeviceSnapshot extends ClientSnapshot {
  readonly identity: DeviceIdentity;
  readonly modules: readonly ModuleSnapshot[];
}

export interface ModuleSnapshot extends ClientSnapshot {
  readonly identity: ModuleIdentity;
}

export interface ClientSnapshot extends DeliveryRecord {
  /** The JSON text of a `Twin`. */
  readonly twin: string;
  readonly activity: ActivityRecord;
  readonly queue: MessageQueue<CloudToDeviceMessage>;
}

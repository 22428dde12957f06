import { emptyQueue, type MessageQueue } from '../domain/cloud-to-device/message-queue.ts';
import type { ClientIdentity, DeviceId, ModuleId } from '../domain/identities/client-identity.ts';
import type { ConnectionState, DeviceIdentity, ModuleIdentity } from '../domain/identities/identity.ts';
import type { DeviceJob, JobPhase } from '../domain/jobs/job.ts';
import type { JobRequest } from '../domain/jobs/job-request.ts';
import type { CloudToDeviceMessage } from '../domain/messages/message.ts';
import type { Twin } from '../domain/twins/twin.ts';

/** What the hub observes of a client, in Unix milliseconds; undefined means never. Mutable, for telemetry touches it. */
export interface ActivityRecord {
  connectionState: ConnectionState;
  connectionStateUpdatedUtc: number | undefined;
  lastActivityUtc: number | undefined;
}

/** A subscription that outlives its connection: the topic filter as the client wrote it, and the granted QoS. */
export interface PersistentSubscription {
  readonly filter: string;
  readonly qualityOfService: 0 | 1;
}

/** A registered device with its twin, the messages that wait for it, and its modules in registration order. */
export interface DeviceRecord {
  readonly kind: 'device';
  identity: DeviceIdentity;
  twin: Twin;
  readonly activity: ActivityRecord;
  queue: MessageQueue<CloudToDeviceMessage>;
  subscriptions: readonly PersistentSubscription[];
  readonly modules: Map<ModuleId, ModuleRecord>;
}

/** A registered module with its twin. */
export interface ModuleRecord {
  readonly kind: 'module';
  identity: ModuleIdentity;
  twin: Twin;
  readonly activity: ActivityRecord;
  subscriptions: readonly PersistentSubscription[];
}

export type ClientRecord = DeviceRecord | ModuleRecord;

/** A job with what became of it; `deviceJobs` is filled when it starts. */
export interface JobRecord {
  /** Grows with each job that is created. */
  readonly ordinal: number;
  readonly request: JobRequest;
  readonly createdUtc: number;
  phase: JobPhase;
  readonly deviceJobs: DeviceJob[];
}

/** What the hub remembers of its clients and jobs. Only the store and the maps of sessions mutate. */
export class HubState {
  readonly devices = new Map<DeviceId, DeviceRecord>();
  readonly jobs = new Map<string, JobRecord>();
  #moduleCount = 0;

  /** Devices and modules together, as the limit of a hub counts them. */
  get identityCount(): number {
    return this.devices.size + this.#moduleCount;
  }

  find(identity: ClientIdentity): ClientRecord | undefined {
    const device = this.devices.get(identity.deviceId);
    return identity.moduleId === undefined ? device : device?.modules.get(identity.moduleId);
  }

  addDevice(identity: DeviceIdentity, twin: Twin): DeviceRecord {
    const record: DeviceRecord = {
      kind: 'device',
      identity,
      twin,
      activity: newActivity(),
      queue: emptyQueue(),
      subscriptions: NONE,
      modules: new Map(),
    };
    this.devices.set(identity.deviceId, record);
    return record;
  }

  addModule(device: DeviceRecord, identity: ModuleIdentity, twin: Twin): ModuleRecord {
    const record: ModuleRecord = {
      kind: 'module',
      identity,
      twin,
      activity: newActivity(),
      subscriptions: NONE,
    };
    device.modules.set(identity.moduleId, record);
    this.#moduleCount += 1;
    return record;
  }

  deleteDevice(device: DeviceRecord): void {
    this.#moduleCount -= device.modules.size;
    this.devices.delete(device.identity.deviceId);
  }

  deleteModule(device: DeviceRecord, moduleId: ModuleId): void {
    if (device.modules.delete(moduleId)) this.#moduleCount -= 1;
  }
}

// One array for all, because most clients have none.
const NONE: readonly PersistentSubscription[] = [];

function newActivity(): ActivityRecord {
  return {
    connectionState: 'Disconnected',
    connectionStateUpdatedUtc: undefined,
    lastActivityUtc: undefined,
  };
}

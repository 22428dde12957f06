import type { MessageQueue } from '../domain/cloud-to-device/message-queue.ts';
import type { ClientIdentity, ModuleId } from '../domain/identities/client-identity.ts';
import type { ConnectionState, DeviceIdentity, ModuleIdentity } from '../domain/identities/identity.ts';
import type { DeviceJob, JobPhase } from '../domain/jobs/job.ts';
import type { JobRequest } from '../domain/jobs/job-request.ts';
import type { IncomingEvent } from '../domain/messages/incoming-event.ts';
import type { CloudToDeviceMessage } from '../domain/messages/message.ts';
import type { Twin } from '../domain/twins/twin.ts';
import type { LogEntry } from './partition-log.ts';

/** The connection state and the last activity of a client. Times are Unix milliseconds; undefined means never. */
export interface ActivityRecord {
  readonly connectionState: ConnectionState;
  readonly connectionStateUpdatedUtc: number | undefined;
  readonly lastActivityUtc: number | undefined;
}

/** A subscription of a persistent MQTT session: the topic filter as the client sent it, and the granted QoS. */
export interface PersistentSubscription {
  readonly filter: string;
  readonly qualityOfService: 0 | 1;
}

/**
 * The state of the deliveries to a client. It is not part of the client's record: most clients have none, and a query
 * reads every record, the faster the smaller it is.
 */
export interface DeliveryRecord {
  /** The subscriptions of the persistent MQTT session, in the order of creation. */
  readonly subscriptions: readonly PersistentSubscription[];
  /** The number of direct methods sent to the client. It is the request id of the last one. */
  readonly methodRequestCount: number;
}

interface RegisteredClient {
  readonly twin: Twin;
  readonly activity: ActivityRecord;
  /** The cloud-to-device messages for the client. */
  readonly queue: MessageQueue<CloudToDeviceMessage>;
}

/** A registered device with its twin, its cloud-to-device messages, and its modules in the order of registration. */
export interface DeviceRecord extends RegisteredClient {
  readonly kind: 'device';
  readonly identity: DeviceIdentity;
  readonly modules: ReadonlyMap<ModuleId, ModuleRecord>;
}

/** A registered module with its twin and its cloud-to-device messages. */
export interface ModuleRecord extends RegisteredClient {
  readonly kind: 'module';
  readonly identity: ModuleIdentity;
}

export type ClientRecord = DeviceRecord | ModuleRecord;

/** A job with its state. `deviceJobs` is empty until the job starts. */
export interface JobRecord {
  /** Increases with each created job. */
  readonly ordinal: number;
  readonly request: JobRequest;
  readonly createdUtc: number;
  readonly phase: JobPhase;
  readonly deviceJobs: readonly DeviceJob[];
}

/** The values that the hub adds to every event of a client. All events of a connection share one sender. */
export interface EventSender {
  readonly identity: ClientIdentity;
  readonly partition: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An event in its partition: raw bytes and their format. The event is decoded when it is read. */
export interface StoredEvent extends LogEntry, IncomingEvent {
  readonly sender: EventSender;
}

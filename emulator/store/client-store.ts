import { emptyQueue, type MessageQueue, releaseConnection } from '../domain/cloud-to-device/message-queue.ts';
import type { ClientIdentity, DeviceId, ModuleId } from '../domain/identities/client-identity.ts';
import type { ConnectionState, DeviceIdentity, ModuleIdentity } from '../domain/identities/identity.ts';
import type { CloudToDeviceMessage } from '../domain/messages/message.ts';
import type { Twin } from '../domain/twins/twin.ts';
import type { Mutable } from './mutable.ts';
import type {
  ActivityRecord,
  ClientRecord,
  DeliveryRecord,
  DeviceRecord,
  ModuleRecord,
  PersistentSubscription,
} from './records.ts';

const NO_DELIVERIES: DeliveryRecord = { subscriptions: [], methodRequestCount: 0 };

/** A device of a snapshot, without its modules, and its modules, each with the state of its deliveries. */
export interface RestoredDevice {
  readonly device: RestoredClient<DeviceRecord>;
  readonly modules: readonly RestoredClient<ModuleRecord>[];
}

export interface RestoredClient<Client extends ClientRecord> {
  readonly record: Client;
  readonly deliveries: DeliveryRecord;
}

/** The registered devices and modules: identities, twins, activity, queues and persistent subscriptions. */
export class ClientStore {
  readonly #devices = new Map<DeviceId, DeviceRecord>();
  readonly devices: ReadonlyMap<DeviceId, DeviceRecord> = this.#devices;
  readonly #deliveries = new Map<ClientRecord, DeliveryRecord>();
  #moduleCount = 0;
  // Records in the order of registration. They are kept until a deletion, so that a query need not collect them again.
  #deviceRows: DeviceRecord[] | undefined;
  #moduleRows: ModuleRecord[] | undefined;
  #lastTicks = 0n;

  /** The number of devices and modules, to which the limit of a hub applies. */
  get identityCount(): number {
    return this.#devices.size + this.#moduleCount;
  }

  /** The .NET ticks of the last generation id. */
  get lastTicks(): bigint {
    return this.#lastTicks;
  }

  /** Returns undefined if the device or module is not registered. */
  find(identity: ClientIdentity): ClientRecord | undefined {
    const device = this.#devices.get(identity.deviceId);
    return identity.moduleId === undefined ? device : device?.modules.get(identity.moduleId);
  }

  /** Returns the persistent subscriptions and the number of direct methods of a client. */
  deliveriesOf(record: ClientRecord): DeliveryRecord {
    return this.#deliveries.get(record) ?? NO_DELIVERIES;
  }

  /** Returns all devices in the order of registration. */
  deviceRows(): readonly DeviceRecord[] {
    this.#deviceRows ??= [...this.#devices.values()];
    return this.#deviceRows;
  }

  /** Returns all modules in the order of registration. */
  moduleRows(): readonly ModuleRecord[] {
    this.#moduleRows ??= this.#collectModules();
    return this.#moduleRows;
  }

  addDevice(identity: DeviceIdentity, twin: Twin): DeviceRecord {
    const record: DeviceRecord = {
      kind: 'device',
      identity,
      twin,
      activity: createActivity(),
      queue: emptyQueue(),
      modules: new Map(),
    };
    this.#insertDevice(record);
    return record;
  }

  addModule(device: DeviceRecord, identity: ModuleIdentity, twin: Twin): ModuleRecord {
    const record: ModuleRecord = {
      kind: 'module',
      identity,
      twin,
      activity: createActivity(),
      queue: emptyQueue(),
    };
    this.#insertModule(device, record);
    return record;
  }

  /** Deletes a device with its modules. */
  deleteDevice(device: DeviceRecord): void {
    if (!this.#devices.delete(device.identity.deviceId)) return;
    this.#moduleCount -= device.modules.size;
    for (const client of [device, ...device.modules.values()]) this.#deliveries.delete(client);
    this.#deviceRows = undefined;
    if (device.modules.size > 0) this.#moduleRows = undefined;
  }

  deleteModule(device: DeviceRecord, moduleId: ModuleId): void {
    const module = device.modules.get(moduleId);
    if (module === undefined) return;
    modulesOf(device).delete(moduleId);
    this.#deliveries.delete(module);
    this.#moduleCount -= 1;
    this.#moduleRows = undefined;
  }

  replaceIdentity<Client extends ClientRecord>(record: Client, identity: Client['identity']): void {
    (record as Mutable<ClientRecord>).identity = identity;
  }

  replaceTwin(record: ClientRecord, twin: Twin): void {
    (record as Mutable<ClientRecord>).twin = twin;
  }

  replaceQueue(record: ClientRecord, queue: MessageQueue<CloudToDeviceMessage>): void {
    (record as Mutable<ClientRecord>).queue = queue;
  }

  replaceSubscriptions(record: ClientRecord, subscriptions: readonly PersistentSubscription[]): void {
    this.#deliveries.set(record, { ...this.deliveriesOf(record), subscriptions });
  }

  /** Sets the connection state and, as in IoT Hub, the last activity. */
  setConnectionState(record: ClientRecord, connectionState: ConnectionState, utc: number): void {
    const activity = record.activity as Mutable<ActivityRecord>;
    activity.connectionState = connectionState;
    activity.connectionStateUpdatedUtc = utc;
    activity.lastActivityUtc = utc;
  }

  setLastActivity(record: ClientRecord, utc: number): void {
    (record.activity as Mutable<ActivityRecord>).lastActivityUtc = utc;
  }

  /** Increments the number of direct method requests and returns it. */
  countMethodRequest(record: ClientRecord): number {
    const deliveries = this.deliveriesOf(record);
    const methodRequestCount = deliveries.methodRequestCount + 1;
    this.#deliveries.set(record, { ...deliveries, methodRequestCount });
    return methodRequestCount;
  }

  /** Stores the ticks of a generation id, so that later ones are greater. */
  setLastTicks(ticks: bigint): void {
    this.#lastTicks = ticks;
  }

  /** Replaces all clients. The connections of a snapshot no longer exist, so that every client is disconnected. */
  restore(clients: readonly RestoredDevice[], lastTicks: bigint): void {
    this.#devices.clear();
    this.#deliveries.clear();
    this.#moduleCount = 0;
    this.#deviceRows = undefined;
    this.#moduleRows = undefined;
    this.#lastTicks = lastTicks;
    for (const { device, modules } of clients) {
      this.#insertDevice(device.record);
      this.#restoreClient(device);
      for (const module of modules) {
        this.#insertModule(device.record, module.record);
        this.#restoreClient(module);
      }
    }
  }

  #insertDevice(record: DeviceRecord): void {
    this.#devices.set(record.identity.deviceId, record);
    this.#deviceRows?.push(record);
  }

  #insertModule(device: DeviceRecord, record: ModuleRecord): void {
    modulesOf(device).set(record.identity.moduleId, record);
    this.#moduleCount += 1;
    this.#moduleRows?.push(record);
  }

  /** Disconnects a restored client. Messages that were delivered over its connection are enqueued again. */
  #restoreClient({ record, deliveries }: RestoredClient<ClientRecord>): void {
    const { subscriptions, methodRequestCount } = deliveries;
    if (subscriptions.length > 0 || methodRequestCount > 0) this.#deliveries.set(record, deliveries);
    (record.activity as Mutable<ActivityRecord>).connectionState = 'Disconnected';
    this.replaceQueue(record, releaseConnection(record.queue));
  }

  #collectModules(): ModuleRecord[] {
    const rows: ModuleRecord[] = [];
    for (const device of this.#devices.values()) rows.push(...device.modules.values());
    return rows.sort((left, right) => (registrationOf(left) < registrationOf(right) ? -1 : 1));
  }
}

/** Returns a unique key that increases with each registration. Keys have equal length and are compared as strings. */
export function registrationOf(record: ClientRecord): string {
  return record.identity.generationId;
}

function modulesOf(device: DeviceRecord): Map<ModuleId, ModuleRecord> {
  return device.modules as Map<ModuleId, ModuleRecord>;
}

function createActivity(): ActivityRecord {
  return {
    connectionState: 'Disconnected',
    connectionStateUpdatedUtc: undefined,
    lastActivityUtc: undefined,
  };
}

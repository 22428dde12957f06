import type { MessageQueue } from '../domain/cloud-to-device/message-queue.ts';
import { formatJson, type JsonValue, parseJson } from '../domain/json.ts';
import type { CloudToDeviceMessage } from '../domain/messages/message.ts';
import type { Twin } from '../domain/twins/twin.ts';
import type { ClientStore, RestoredClient, RestoredDevice } from './client-store.ts';
import type { LogSnapshot, ReadableLog } from './partition-log.ts';
import type {
  ClientRecord,
  DeliveryRecord,
  DeviceRecord,
  JobRecord,
  ModuleRecord,
  StoredEvent,
} from './records.ts';
import type { ClientSnapshot, DeviceSnapshot, ModuleSnapshot } from './snapshot.ts';

export function formatDevice(clients: ClientStore, record: DeviceRecord): DeviceSnapshot {
  return {
    ...formatClient(clients, record),
    identity: record.identity,
    modules: [...record.modules.values()].map((module) => ({
      ...formatClient(clients, module),
      identity: module.identity,
    })),
  };
}

export function parseDevice(snapshot: DeviceSnapshot): RestoredDevice {
  const { identity } = snapshot;
  const record = { kind: 'device', identity, ...parseClient(snapshot), modules: new Map() } as const;
  const device = { record, deliveries: deliveriesOf(snapshot) };
  return { device, modules: snapshot.modules.map(parseModule) };
}

function parseModule(module: ModuleSnapshot): RestoredClient<ModuleRecord> {
  const record = { kind: 'module', identity: module.identity, ...parseClient(module) } as const;
  return { record, deliveries: deliveriesOf(module) };
}

function deliveriesOf({ subscriptions, methodRequestCount }: ClientSnapshot): DeliveryRecord {
  return { subscriptions, methodRequestCount };
}

export function formatJob(job: JobRecord): string {
  return formatJson(job as unknown as JsonValue);
}

export function parseJob(text: string): JobRecord {
  return parse<JobRecord>(text);
}

export function formatEvents(partition: ReadableLog<StoredEvent>): LogSnapshot<StoredEvent> {
  const entries = partition.entries().map((event) => ({
    ...event,
    head: plainBytes(event.head),
    body: plainBytes(event.body),
  }));
  return { nextSequenceNumber: partition.nextSequenceNumber, entries };
}

function formatClient(clients: ClientStore, record: ClientRecord): ClientSnapshot {
  const twin = formatJson(record.twin as unknown as JsonValue);
  const queue = formatQueue(record.queue);
  return { twin, activity: { ...record.activity }, queue, ...clients.deliveriesOf(record) };
}

function parseClient({ twin, activity, queue }: ClientSnapshot) {
  return { twin: parse<Twin>(twin), activity: { ...activity }, queue };
}

function formatQueue(queue: MessageQueue<CloudToDeviceMessage>): MessageQueue<CloudToDeviceMessage> {
  const messages = queue.messages.map((message) => ({
    ...message,
    content: { ...message.content, body: plainBytes(message.content.body) },
  }));
  return { ...queue, messages };
}

function parse<T>(text: string): T {
  const value = parseJson(text);
  if (!value.ok) throw new Error(`The snapshot contains invalid JSON: ${value.error.message}`);
  return value.value as T;
}

// A Buffer is not plain data. It is often a slice that keeps a larger buffer in memory.
function plainBytes(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes);
}

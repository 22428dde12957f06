import { describe, expect, it } from 'vitest';
import { emptyQueue } from '../../emulator/domain/cloud-to-device/message-queue.ts';
import { createTwin } from '../../emulator/domain/twins/twin.ts';
import type { HubState } from '../../emulator/store/hub-store.ts';
import type { ClientRecord, DeliveryRecord, DeviceRecord, JobRecord } from '../../emulator/store/records.ts';
import { identityOf } from '../hub/quiet-hub.ts';

describe('the records of the store', () => {
  it('are readonly outside the store, like its maps', () => {
    const twin = createTwin(identityOf('d'), '2026-01-01T00:00:00Z');
    // Each line is a compiler error. If it is not, `tsc` reports the unused expectation.
    const writes = [
      // @ts-expect-error a twin is replaced by the store
      (record: ClientRecord) => (record.twin = twin),
      // @ts-expect-error the last activity is set by the store
      (record: ClientRecord) => (record.activity.lastActivityUtc = 1),
      // @ts-expect-error persistent subscriptions are replaced by the store
      (deliveries: DeliveryRecord) => (deliveries.subscriptions = []),
      // @ts-expect-error method requests are counted by the store
      (deliveries: DeliveryRecord) => (deliveries.methodRequestCount += 1),
      // @ts-expect-error a queue is replaced by the store
      (record: DeviceRecord) => (record.queue = emptyQueue()),
      // @ts-expect-error modules are deleted by the store
      (record: DeviceRecord) => record.modules.clear(),
      // @ts-expect-error a phase is replaced by the store
      (job: JobRecord) => (job.phase = { state: 'queued' }),
      // @ts-expect-error device jobs are added by the store
      (job: JobRecord) => job.deviceJobs.push(),
      // @ts-expect-error devices are deleted by the store
      (state: HubState) => state.clients.devices.clear(),
      // @ts-expect-error events are appended by the event store
      (state: HubState) => state.events.partitions[0]?.append,
      // @ts-expect-error events are deleted by the event store
      (state: HubState) => state.events.partitions[0]?.trim,
      // @ts-expect-error feedback is appended by the feedback store
      (state: HubState) => state.feedback.log.append,
      // @ts-expect-error only the hub replaces the complete state
      (state: HubState) => state.clients.restore,
      // @ts-expect-error only the hub replaces the complete state
      (state: HubState) => state.jobs.restore,
    ];
    expect(writes).toHaveLength(14);
  });
});

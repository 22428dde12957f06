import { describe, expect, it } from 'vitest';
import { emptyQueue } from '../../emulator/domain/cloud-to-device/message-queue.ts';
import { createTwin } from '../../emulator/domain/twins/twin.ts';
import type { ClientStore } from '../../emulator/store/client-store.ts';
import type { ClientRecord, DeviceRecord, JobRecord } from '../../emulator/store/records.ts';
import { identityOf } from '../hub/quiet-hub.ts';

describe('the records of the store', () => {
  it('are readonly outside the store, like its maps', () => {
    const twin = createTwin(identityOf('d'), '2026-01-01T00:00:00Z');
    // Each line is a compiler error. If it is not, `tsc` reports the unused expectation.
    const writes = [
      // @ts-expect-error a change is a named write of the store
      (record: ClientRecord) => (record.twin = twin),
      // @ts-expect-error
      (record: ClientRecord) => (record.activity.lastActivityUtc = 1),
      // @ts-expect-error
      (record: ClientRecord) => (record.subscriptions = []),
      // @ts-expect-error
      (record: ClientRecord) => (record.methodRequestCount += 1),
      // @ts-expect-error
      (record: DeviceRecord) => (record.queue = emptyQueue()),
      // @ts-expect-error
      (record: DeviceRecord) => record.modules.clear(),
      // @ts-expect-error
      (job: JobRecord) => (job.phase = { state: 'queued' }),
      // @ts-expect-error
      (job: JobRecord) => job.deviceJobs.push(),
      // @ts-expect-error
      (clients: ClientStore) => clients.devices.clear(),
    ];
    expect(writes).toHaveLength(9);
  });
});

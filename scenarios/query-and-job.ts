// A back end tags devices, finds them with a query, and updates all of them with one scheduled job.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import iothub, { type JobClient, type Registry } from 'azure-iothub';
import { createOrGetDevice } from './create-module.ts';
import { DEVICE_ID, runAlone, serviceConnectionString, show } from './program.ts';

const FLOOR = 'tags.scenario.floor = 2';
const SELECTION = `SELECT deviceId FROM devices WHERE ${FLOOR}`;

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  const jobs = iothub.JobClient.fromConnectionString(connectionString);

  const deviceIds = ['north', 'south'].map((side) => `${DEVICE_ID}-${side}`);
  for (const deviceId of deviceIds) {
    await createOrGetDevice(registry, { deviceId });
    await registry.updateTwin(deviceId, { tags: { scenario: { floor: 2 } } }, '*');
  }
  // The query index of a live hub is updated later than the twins.
  let found = await query(registry, SELECTION);
  while (found.length < deviceIds.length) {
    await wait(1000);
    found = await query(registry, SELECTION);
  }
  show('Devices on the second floor', found);

  const patch = { properties: { desired: { ecoMode: true } }, etag: '*' };
  const job = await runJob(jobs, (jobId) =>
    jobs.scheduleTwinUpdate(jobId, FLOOR, patch as never, new Date(), 300),
  );
  show('The job', { status: job.status, statistics: job.deviceJobStatistics });

  const { responseBody: twin } = await registry.getTwin(deviceIds[0] ?? '');
  show('A twin after the job', twin.properties.desired);
});

async function query(registry: Registry, text: string): Promise<readonly string[]> {
  const deviceIds: string[] = [];
  for (const pages = registry.createQuery(text, 100); pages.hasMoreResults; ) {
    // Without the token the SDK requests the first page again.
    const { result } = await pages.next(pages.continuationToken);
    for (const row of result as readonly { deviceId: string }[]) deviceIds.push(row.deviceId);
  }
  return deviceIds;
}

interface Job {
  readonly status: string;
  readonly deviceJobStatistics?: object;
}

/** Schedules a job and waits for its end. */
async function runJob(jobs: JobClient, schedule: (jobId: string) => Promise<unknown>): Promise<Job> {
  const jobId = randomUUID();
  await schedule(jobId);
  for (;;) {
    const { jobStatus } = (await jobs.getJob(jobId)) as unknown as { jobStatus: Job };
    if (['completed', 'failed', 'cancelled'].includes(jobStatus.status)) return jobStatus;
    await wait(200);
  }
}

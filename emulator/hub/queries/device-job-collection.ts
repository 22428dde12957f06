import { DEVICE_JOB_MEMBERS, type DeviceJob, formatDeviceJob, type Job } from '../../domain/jobs/job.ts';
import type { QueryCollection, QueryRoot } from '../../query/evaluation/collection.ts';

/** The shares of clients in jobs as queries read them. */
export const DEVICE_JOBS: QueryCollection<DeviceJob> = {
  roots: new Map(
    DEVICE_JOB_MEMBERS.map(([name, read]): [string, QueryRoot<DeviceJob>] => [
      name.toLowerCase(),
      { name, read },
    ]),
  ),
  document: formatDeviceJob,
};

/** Every client's share in every job, in the order in which they came about. */
export function deviceJobsOf(jobs: Iterable<Job>): readonly DeviceJob[] {
  return [...jobs].flatMap(({ deviceJobs }) => deviceJobs);
}

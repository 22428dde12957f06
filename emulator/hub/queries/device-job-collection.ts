import { DEVICE_JOB_MEMBERS, type DeviceJob, formatDeviceJob, type Job } from '../../domain/jobs/job.ts';
import type { QueryCollection, QueryRoot } from '../../query/evaluation/collection.ts';

/** The collection `devices.jobs`: the members of its rows. */
export const DEVICE_JOBS: QueryCollection<DeviceJob> = {
  roots: new Map(
    DEVICE_JOB_MEMBERS.map(([name, read]): [string, QueryRoot<DeviceJob>] => [
      name.toLowerCase(),
      { name, read },
    ]),
  ),
  document: formatDeviceJob,
};

/** Returns the rows of `devices.jobs` in the order of creation. */
export function deviceJobsOf(jobs: Iterable<Job>): readonly DeviceJob[] {
  return [...jobs].flatMap(({ deviceJobs }) => deviceJobs);
}

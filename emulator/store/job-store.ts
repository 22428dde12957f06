import type { DeviceJob, JobPhase } from '../domain/jobs/job.ts';
import type { JobRequest } from '../domain/jobs/job-request.ts';
import type { Mutable } from './mutable.ts';
import type { JobRecord } from './records.ts';

/** The scheduled jobs in the order of creation. */
export class JobStore {
  readonly #jobs = new Map<string, JobRecord>();
  #lastOrdinal = 0;

  get jobs(): ReadonlyMap<string, JobRecord> {
    return this.#jobs;
  }

  get lastOrdinal(): number {
    return this.#lastOrdinal;
  }

  add(request: JobRequest, createdUtc: number): JobRecord {
    this.#lastOrdinal += 1;
    const job: JobRecord = {
      ordinal: this.#lastOrdinal,
      request,
      createdUtc,
      phase: { state: 'queued' },
      deviceJobs: [],
    };
    this.#jobs.set(request.jobId, job);
    return job;
  }

  replacePhase(job: JobRecord, phase: JobPhase): void {
    (job as Mutable<JobRecord>).phase = phase;
  }

  addDeviceJob(job: JobRecord, deviceJob: DeviceJob): void {
    deviceJobsOf(job).push(deviceJob);
  }

  replaceDeviceJob(job: JobRecord, index: number, deviceJob: DeviceJob): void {
    deviceJobsOf(job)[index] = deviceJob;
  }

  delete(jobId: string): void {
    this.#jobs.delete(jobId);
  }

  /** Replaces all jobs. */
  restore(jobs: readonly JobRecord[], lastOrdinal: number): void {
    this.#jobs.clear();
    this.#lastOrdinal = lastOrdinal;
    for (const job of jobs) this.#jobs.set(job.request.jobId, job);
  }
}

function deviceJobsOf(job: JobRecord): DeviceJob[] {
  return job.deviceJobs as DeviceJob[];
}

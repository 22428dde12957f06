import {
  formatAcceptedJob,
  formatJob,
  isActive,
  type Job,
  type JobEvent,
  transitionJob,
  UNKNOWN_JOB,
} from '../../domain/jobs/job.ts';
import type { JobFilter } from '../../domain/jobs/job-filter.ts';
import type { JobRequest } from '../../domain/jobs/job-request.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Operation } from '../../domain/operations.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { JobRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Methods } from '../methods/methods.ts';
import type { Timer } from '../ports.ts';
import {
  formatPageToken,
  indexOfKey,
  type PageOptions,
  pageSizeOf,
  parsePageToken,
  type QueryPage,
} from '../queries/paging.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import type { Twins } from '../twins/twins.ts';
import { JobRuns } from './job-runs.ts';
import { selectTargets } from './job-targets.ts';

const HOUR_MILLISECONDS = 60 * 60 * 1000;
const LONGEST_WAIT_HOURS = 168;
const HISTORY_MILLISECONDS = 30 * 24 * HOUR_MILLISECONDS;

/**
 * Scheduled jobs on devices or modules. A job waits for its start time, runs, and is deleted after thirty days.
 * Jobs run by the clock of the hub. A job without a start time begins when the clock next advances.
 */
export class Jobs {
  readonly #parts: HubParts;
  readonly #runs: JobRuns;
  // The timer of each job: for its turn, its start or its deletion.
  readonly #timers = new Map<string, Timer>();

  constructor(
    parts: HubParts,
    {
      sessions,
      twins,
      methods,
    }: { readonly sessions: ClientSessions; readonly twins: Twins; readonly methods: Methods },
  ) {
    this.#parts = parts;
    this.#runs = new JobRuns(parts, sessions, twins, methods);
  }

  /** Creates a job and returns `{jobId, type, status: 'queued'}`. `parseJobRequest` returns the request. */
  createJob(request: JobRequest): Result<JsonObject> {
    const allowed = this.#check(request);
    if (!allowed.ok) return allowed;
    const job = this.#parts.store.jobs.add(request, this.#parts.clock.now());
    this.#wait(job);
    return ok(formatAcceptedJob(job));
  }

  /** Returns the complete document, or `{type: 'unknown', status: 'unknown'}` if the job does not exist. */
  getJob(jobId: string): JsonObject {
    const job = this.#parts.store.jobs.jobs.get(jobId);
    return job === undefined ? UNKNOWN_JOB : formatJob(job);
  }

  /**
   * Cancels a job and returns its complete document.
   * Errors: `JobNotFound`, `OperationNotAllowedInCurrentState` if the job has started.
   */
  cancelJob(jobId: string): Result<JsonObject> {
    const job = this.#parts.store.jobs.jobs.get(jobId);
    if (job === undefined) return failed('JobNotFound', `There is no job '${jobId.slice(0, 64)}'.`);
    const cancelled = this.#end(job, { kind: 'cancel' }, 'cancelJob');
    return cancelled.ok ? ok(formatJob(job)) : cancelled;
  }

  /** Returns complete documents in the order of creation. `parseJobFilter` returns the filter. */
  queryJobs(filter: JobFilter, page: PageOptions = {}): Result<QueryPage> {
    const token = `jobs ${filter.type ?? ''} ${filter.status ?? ''}`;
    const place = parsePageToken(token, page.continuationToken);
    if (!place.ok) return place;
    const jobs = [...this.#parts.store.jobs.jobs.values()].filter((job) => matches(job, filter));
    const first = indexOfKey(jobs, keyOf, place.value?.key ?? '');
    const last = first + pageSizeOf(page);
    const items = jobs.slice(first, last).map(formatJob);
    const next = jobs[last];
    const itemType = 'JobResponse';
    if (next === undefined) return ok({ itemType, items });
    const following = { key: keyOf(next), itemCount: 0 };
    return ok({ itemType, items, continuationToken: formatPageToken(token, following) });
  }

  /** Continues all jobs after a restore of their records. */
  resume(): void {
    for (const job of this.#parts.store.jobs.jobs.values()) {
      if (job.phase.state === 'running')
        this.#runs.resume(job, job.phase.startedUtc, () => this.#complete(job));
      else this.#wait(job);
    }
  }

  /** Cancels every timer and run, and does not change the records. */
  suspend(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    this.#runs.suspend();
  }

  #check({ jobId, startUtc }: JobRequest): Result<void> {
    const { jobs } = this.#parts.store.jobs;
    if (jobs.has(jobId)) return failed('JobAlreadyExists', `A job with the id '${jobId}' exists.`);
    const latestUtc = this.#parts.clock.now() + LONGEST_WAIT_HOURS * HOUR_MILLISECONDS;
    if (startUtc !== undefined && startUtc > latestUtc) {
      return failed('ArgumentInvalid', `startTime: Must be within ${LONGEST_WAIT_HOURS} hours`);
    }
    const limit = this.#parts.options.concurrentJobLimit;
    const activeCount = [...jobs.values()].filter(isActive).length;
    if (activeCount < limit) return ok(undefined);
    const text = `${activeCount} of at most ${limit} jobs are scheduled or running.`;
    return failed('ThrottlingMaxActiveJobCountExceeded', text);
  }

  /** Sets the timer for the next transition or the deletion of a job that does not run. */
  #wait(job: JobRecord): void {
    const { phase, request, createdUtc } = job;
    switch (phase.state) {
      case 'queued':
        this.#schedule(job, createdUtc, () => this.#takeTurn(job));
        break;
      case 'scheduled':
        this.#schedule(job, request.startUtc ?? createdUtc, () => this.#start(job));
        break;
      case 'running':
        break;
      case 'completed':
      case 'failed':
      case 'cancelled':
        this.#schedule(job, phase.endUtc + HISTORY_MILLISECONDS, () => this.#delete(job));
        break;
    }
  }

  #schedule({ request }: JobRecord, untilUtc: number, run: () => void): void {
    const { clock } = this.#parts;
    this.#timers.get(request.jobId)?.cancel();
    this.#timers.set(request.jobId, clock.schedule(Math.max(untilUtc - clock.now(), 0), run));
  }

  #takeTurn(job: JobRecord): void {
    const { startUtc } = job.request;
    if (startUtc === undefined || startUtc <= this.#parts.clock.now()) this.#start(job);
    else {
      this.#move(job, { kind: 'wait' });
      this.#wait(job);
    }
  }

  #start(job: JobRecord): void {
    this.#timers.delete(job.request.jobId);
    this.#move(job, { kind: 'start' });
    const targets = selectTargets(this.#parts, job.request.condition);
    if (targets.ok) this.#runs.start(job, targets.value, () => this.#complete(job));
    else {
      const reason = `SQL query parse failed due to following errors: \n\t${targets.error.message}`;
      this.#end(job, { kind: 'fail', reason });
    }
  }

  #complete(job: JobRecord): void {
    this.#end(job, { kind: 'complete' });
  }

  // No operation ends a job that is completed or failed.
  #end(job: JobRecord, event: JobEvent, operation?: Operation): Result<void> {
    const ended = this.#move(job, event);
    if (!ended.ok) return ended;
    const { phase } = job;
    const message = phase.state === 'failed' ? phase.reason : undefined;
    const { jobId } = job.request;
    this.#parts.log('info', 'job-ended', { jobId, operation, status: phase.state, message });
    this.#wait(job);
    return ended;
  }

  #move(job: JobRecord, event: JobEvent): Result<void> {
    const moved = transitionJob(job.phase, event, this.#parts.clock.now());
    if (!moved.ok) return moved;
    this.#parts.store.jobs.replacePhase(job, moved.value);
    return ok(undefined);
  }

  #delete({ request }: JobRecord): void {
    this.#timers.delete(request.jobId);
    this.#parts.store.jobs.delete(request.jobId);
  }
}

function matches({ request, phase }: Job, { type, status }: JobFilter): boolean {
  if (type !== undefined && type !== request.action.type.toLowerCase()) return false;
  return status === undefined || status === phase.state;
}

function keyOf({ ordinal }: JobRecord): string {
  return String(ordinal).padStart(12, '0');
}

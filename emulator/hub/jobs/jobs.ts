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
import { failed, ok, type Result } from '../../domain/result.ts';
import type { JobRecord } from '../../store/hub-state.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Timer } from '../ports.ts';
import type { ClientRows } from '../queries/client-rows.ts';
import { formatPageToken, indexOfKey, pageSizeOf, parsePageToken } from '../queries/paging.ts';
import type { Jobs, PageOptions, QueryPage } from '../service-operations.ts';
import { createJobRuns, type JobServices } from './job-runs.ts';
import { selectTargets } from './job-targets.ts';

const HOUR_MILLISECONDS = 60 * 60 * 1000;
const LONGEST_WAIT_HOURS = 168;
const HISTORY_MILLISECONDS = 30 * 24 * HOUR_MILLISECONDS;
const DEFAULT_CONCURRENT_JOBS = 1;

/** Makes the scheduled jobs: each waits for its time, runs, and is remembered for thirty days. */
export function createJobs(
  parts: HubParts,
  clients: ClientRows,
  services: JobServices,
): Jobs & { close(): void } {
  const { clock, log, options, state } = parts;
  const limit = options.concurrentJobLimit ?? DEFAULT_CONCURRENT_JOBS;
  // Of every job the one thing that it waits for: its turn, its start, or to be forgotten.
  const timers = new Map<string, Timer>();
  const runs = createJobRuns(parts, services);
  let lastOrdinal = 0;

  return {
    createJob: (request) => {
      const allowed = checkRequest(request);
      if (!allowed.ok) return allowed;
      lastOrdinal += 1;
      const createdUtc = clock.now();
      const job: JobRecord = {
        ordinal: lastOrdinal,
        request,
        createdUtc,
        phase: { state: 'queued' },
        deviceJobs: [],
      };
      state.jobs.set(request.jobId, job);
      wait(job, createdUtc, () => takeTurn(job));
      return ok(formatAcceptedJob(job));
    },
    getJob: (jobId) => {
      const job = state.jobs.get(jobId);
      return job === undefined ? UNKNOWN_JOB : formatJob(job);
    },
    cancelJob: (jobId) => {
      const job = state.jobs.get(jobId);
      if (job === undefined) return failed('JobNotFound', `There is no job '${jobId.slice(0, 64)}'.`);
      const cancelled = end(job, { kind: 'cancel' });
      return cancelled.ok ? ok(formatJob(job)) : cancelled;
    },
    queryJobs: (filter, page = {}) => list(filter, page),
    close: () => {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      runs.close();
    },
  };

  function checkRequest({ jobId, startUtc }: JobRequest): Result<void> {
    if (state.jobs.has(jobId)) return failed('JobAlreadyExists', `A job with the id '${jobId}' exists.`);
    if (startUtc !== undefined && startUtc > clock.now() + LONGEST_WAIT_HOURS * HOUR_MILLISECONDS) {
      return failed('ArgumentInvalid', `startTime: Must be within ${LONGEST_WAIT_HOURS} hours`);
    }
    const activeCount = [...state.jobs.values()].filter(isActive).length;
    if (activeCount < limit) return ok(undefined);
    const text = `${activeCount} of at most ${limit} jobs are scheduled or running.`;
    return failed('ThrottlingMaxActiveJobCountExceeded', text);
  }

  function takeTurn(job: JobRecord): void {
    const { startUtc } = job.request;
    if (startUtc === undefined || startUtc <= clock.now()) start(job);
    else {
      move(job, { kind: 'wait' });
      wait(job, startUtc, () => start(job));
    }
  }

  function start(job: JobRecord): void {
    timers.delete(job.request.jobId);
    move(job, { kind: 'start' });
    const targets = selectTargets(clients, job.request.condition, options);
    if (targets.ok) runs.start(job, targets.value, () => end(job, { kind: 'complete' }));
    else {
      const reason = `SQL query parse failed due to following errors: \n\t${targets.error.message}`;
      end(job, { kind: 'fail', reason });
    }
  }

  function end(job: JobRecord, event: JobEvent): Result<void> {
    const ended = move(job, event);
    if (!ended.ok) return ended;
    const { jobId } = job.request;
    const { phase } = job;
    const reason = phase.state === 'failed' ? phase.reason : undefined;
    log('info', 'job-ended', { jobId, status: phase.state, reason });
    wait(job, clock.now() + HISTORY_MILLISECONDS, () => {
      timers.delete(jobId);
      state.jobs.delete(jobId);
    });
    return ended;
  }

  function wait({ request }: JobRecord, untilUtc: number, run: () => void): void {
    timers.get(request.jobId)?.cancel();
    timers.set(request.jobId, clock.schedule(untilUtc - clock.now(), run));
  }

  function move(job: JobRecord, event: JobEvent): Result<void> {
    const moved = transitionJob(job.phase, event, clock.now());
    if (!moved.ok) return moved;
    job.phase = moved.value;
    return ok(undefined);
  }

  function list(filter: JobFilter, page: PageOptions): Result<QueryPage> {
    const token = `jobs ${filter.type ?? ''} ${filter.status ?? ''}`;
    const place = parsePageToken(token, page.continuationToken);
    if (!place.ok) return place;
    const jobs = [...state.jobs.values()].filter((job) => isShown(job, filter));
    const first = indexOfKey(jobs, keyOf, place.value?.key ?? '');
    const last = first + pageSizeOf(page);
    const items = jobs.slice(first, last).map(formatJob);
    const next = jobs[last];
    const itemType = 'JobResponse';
    if (next === undefined) return ok({ itemType, items });
    const following = { key: keyOf(next), itemCount: 0 };
    return ok({ itemType, items, continuationToken: formatPageToken(token, following) });
  }
}

function isShown({ request, phase }: Job, { type, status }: JobFilter): boolean {
  if (type !== undefined && type !== request.action.type.toLowerCase()) return false;
  return status === undefined || status === phase.state;
}

function keyOf({ ordinal }: JobRecord): string {
  return String(ordinal).padStart(12, '0');
}

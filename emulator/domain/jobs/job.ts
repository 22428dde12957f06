import type { ClientIdentity } from '../identities/client-identity.ts';
import { formatJson, type JsonObject, type JsonValue } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { formatTime } from '../time.ts';
import type { JobRequest, JobType } from './job-request.ts';

/** Where a job is. Times are Unix milliseconds. */
export type JobPhase =
  | { readonly state: 'queued' }
  | { readonly state: 'scheduled' }
  | { readonly state: 'running'; readonly startedUtc: number }
  | { readonly state: 'completed'; readonly startedUtc: number; readonly endUtc: number }
  | {
      readonly state: 'failed';
      readonly startedUtc: number;
      readonly endUtc: number;
      readonly reason: string;
    }
  | { readonly state: 'cancelled'; readonly endUtc: number };

/** What happens to a job: it has to wait for its time, begins, ends, cannot be carried out, or is called off. */
export type JobEvent =
  | { readonly kind: 'wait' | 'start' | 'complete' | 'cancel' }
  | { readonly kind: 'fail'; readonly reason: string };

/** What one client of a job has come to. */
export type DeviceJobPhase =
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly startedUtc: number }
  | {
      readonly state: 'completed';
      readonly startedUtc: number;
      readonly endUtc: number;
      /** The client's answer to a direct method. */
      readonly response?: { readonly status: number; readonly payload: JsonValue };
    }
  | {
      readonly state: 'failed';
      readonly startedUtc: number;
      readonly endUtc: number;
      readonly error: { readonly code: string; readonly description: string };
    };

/** The share of one client in a job. */
export interface DeviceJob {
  /** Its place among the shares of all jobs: texts of equal length, compared as such. */
  readonly key: string;
  readonly identity: ClientIdentity;
  readonly jobId: string;
  readonly type: JobType;
  readonly createdUtc: number;
  readonly phase: DeviceJobPhase;
}

/** A job with what became of it. */
export interface Job {
  readonly request: JobRequest;
  readonly createdUtc: number;
  readonly phase: JobPhase;
  readonly deviceJobs: readonly DeviceJob[];
}

/** Queued and scheduled jobs may begin or be called off, a running one can only end. */
export function transitionJob(phase: JobPhase, event: JobEvent, now: number): Result<JobPhase> {
  const isWaiting = phase.state === 'queued' || phase.state === 'scheduled';
  switch (event.kind) {
    case 'wait':
      if (phase.state === 'queued') return ok({ state: 'scheduled' });
      break;
    case 'start':
      if (isWaiting) return ok({ state: 'running', startedUtc: now });
      break;
    case 'cancel':
      if (isWaiting) return ok({ state: 'cancelled', endUtc: now });
      break;
    case 'complete':
      if (phase.state === 'running') return ok({ ...phase, state: 'completed', endUtc: now });
      break;
    case 'fail':
      if (phase.state === 'running')
        return ok({ ...phase, state: 'failed', endUtc: now, reason: event.reason });
      break;
  }
  const verb = event.kind === 'cancel' ? 'cancelled' : event.kind;
  const status = phase.state.charAt(0).toUpperCase() + phase.state.slice(1);
  return failed('OperationNotAllowedInCurrentState', `Job cannot be ${verb} in '${status}' status.`);
}

/** Whether a job still holds one of the places for concurrent jobs. */
export function isActive({ phase }: Job): boolean {
  return phase.state === 'queued' || phase.state === 'scheduled' || phase.state === 'running';
}

/** The short document that answers a PUT. */
export function formatAcceptedJob({ request, phase }: Job): JsonObject {
  return { jobId: request.jobId, type: request.action.type, status: phase.state };
}

/** What the hub answers about a job that it does not hold. */
export const UNKNOWN_JOB: JsonObject = { type: 'unknown', status: 'unknown' };

/** The whole document of a job. */
export function formatJob(job: Job): JsonObject {
  const { request, phase } = job;
  const startUtc = 'startedUtc' in phase ? phase.startedUtc : (request.startUtc ?? job.createdUtc);
  return {
    jobId: request.jobId,
    queryCondition: request.condition,
    createdTime: formatTime(job.createdUtc),
    startTime: formatTime(startUtc),
    ...('endUtc' in phase ? { endTime: formatTime(phase.endUtc) } : {}),
    maxExecutionTimeInSeconds: request.maximumExecutionSeconds,
    type: request.action.type,
    ...formatAction(request),
    status: phase.state,
    ...(phase.state === 'failed' ? { failureReason: phase.reason, statusMessage: phase.reason } : {}),
    deviceJobStatistics: countDeviceJobs(job.deviceJobs),
  };
}

/** The members of a row of `devices.jobs`, in the order they are printed; what is undefined is left out. */
export const DEVICE_JOB_MEMBERS: readonly (readonly [
  name: string,
  read: (row: DeviceJob) => JsonValue | undefined,
])[] = [
  ['deviceId', ({ identity }) => identity.deviceId],
  ['moduleId', ({ identity }) => identity.moduleId],
  ['jobId', ({ jobId }) => jobId],
  ['jobType', ({ type }) => type],
  ['status', ({ phase }) => phase.state],
  ['startTimeUtc', ({ phase }) => ('startedUtc' in phase ? formatTime(phase.startedUtc) : undefined)],
  ['endTimeUtc', ({ phase }) => ('endUtc' in phase ? formatTime(phase.endUtc) : undefined)],
  ['createdDateTimeUtc', ({ createdUtc }) => formatTime(createdUtc)],
  ['lastUpdatedDateTimeUtc', (row) => formatTime(lastUpdateOf(row))],
  ['outcome', ({ phase }) => outcomeOf(phase)],
  ['error', ({ phase }) => (phase.state === 'failed' ? { ...phase.error } : undefined)],
];

/** A row of `devices.jobs`. */
export function formatDeviceJob(row: DeviceJob): JsonObject {
  const members = DEVICE_JOB_MEMBERS.flatMap(([name, read]): [string, JsonValue][] => {
    const value = read(row);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}

// The hub of 2026 prints the payload as the bytes of its JSON text; what was left out or null stays so.
function formatAction({ action }: JobRequest): JsonObject {
  if (action.type === 'scheduleUpdateTwin') return { updateTwin: action.echo };
  const members = Object.entries(action.echo).map(([name, value]): [string, JsonValue] => {
    const isPayload = name.toLowerCase() === 'payload' && value !== null;
    return [name, isPayload ? [...new TextEncoder().encode(formatJson(value))] : value];
  });
  return { cloudToDeviceMethod: Object.fromEntries(members) };
}

function countDeviceJobs(rows: readonly DeviceJob[]): JsonObject {
  const counts = { pending: 0, running: 0, completed: 0, failed: 0 };
  for (const { phase } of rows) counts[phase.state] += 1;
  return {
    deviceCount: rows.length,
    failedCount: counts.failed,
    succeededCount: counts.completed,
    runningCount: counts.running,
    pendingCount: counts.pending,
  };
}

function lastUpdateOf({ phase, createdUtc }: DeviceJob): number {
  if ('endUtc' in phase) return phase.endUtc;
  return 'startedUtc' in phase ? phase.startedUtc : createdUtc;
}

function outcomeOf(phase: DeviceJobPhase): JsonValue | undefined {
  if (phase.state !== 'completed' || phase.response === undefined) return undefined;
  return { deviceMethodResponse: { ...phase.response } };
}

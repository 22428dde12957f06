import type { ClientIdentity } from '../identities/client-identity.ts';
import { formatJson, type JsonObject, type JsonValue } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { formatTime } from '../time.ts';
import type { JobRequest, JobType } from './job-request.ts';

/** The state of a job. Times are Unix milliseconds. */
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

/** An event that changes the state of a job. `wait` means that the start time of the job is in the future. */
export type JobEvent =
  | { readonly kind: 'wait' | 'start' | 'complete' | 'cancel' }
  | { readonly kind: 'fail'; readonly reason: string };

/** The response of a client to the direct method of a job. */
export interface DeviceJobResponse {
  readonly status: number;
  readonly payload: JsonValue;
}

/** The state of a job on one client. Times are Unix milliseconds. */
export type DeviceJobPhase =
  | { readonly state: 'pending' }
  | { readonly state: 'running'; readonly startedUtc: number }
  | {
      readonly state: 'completed';
      readonly startedUtc: number;
      readonly endUtc: number;
      readonly response?: DeviceJobResponse;
    }
  | {
      readonly state: 'failed';
      readonly startedUtc: number;
      readonly endUtc: number;
      readonly error: { readonly code: string; readonly description: string };
    };

/** The part of a job that runs on one client, as a row of `devices.jobs`. */
export interface DeviceJob {
  /** Orders the rows of all jobs. Keys have equal length and are compared as strings. */
  readonly key: string;
  readonly identity: ClientIdentity;
  readonly jobId: string;
  readonly type: JobType;
  readonly createdUtc: number;
  readonly phase: DeviceJobPhase;
}

/** A job: its request, its state, and its state on each client. */
export interface Job {
  readonly request: JobRequest;
  readonly createdUtc: number;
  readonly phase: JobPhase;
  readonly deviceJobs: readonly DeviceJob[];
}

/** Applies an event to the state of a job. Error: `OperationNotAllowedInCurrentState`. */
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

/** Returns whether a job counts towards the limit of active jobs. */
export function isActive({ phase }: Job): boolean {
  return phase.state === 'queued' || phase.state === 'scheduled' || phase.state === 'running';
}

/** Formats the short document that is the response to a PUT. */
export function formatAcceptedJob({ request, phase }: Job): JsonObject {
  return { jobId: request.jobId, type: request.action.type, status: phase.state };
}

/** The document of a job that does not exist. */
export const UNKNOWN_JOB: JsonObject = { type: 'unknown', status: 'unknown' };

/** Formats the complete document of a job. */
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

/** The members of a row of `devices.jobs`, in printed order. A member whose value is undefined is omitted. */
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

/** Formats a row of `devices.jobs`. */
export function formatDeviceJob(row: DeviceJob): JsonObject {
  const members = DEVICE_JOB_MEMBERS.flatMap(([name, read]): [string, JsonValue][] => {
    const value = read(row);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(members);
}

// In 2026 IoT Hub prints the payload as the bytes of its JSON text. An absent or null payload is unchanged.
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

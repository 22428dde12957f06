import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { DeviceJob, DeviceJobPhase } from '../../domain/jobs/job.ts';
import { parseJson } from '../../domain/json.ts';
import type { MethodResponse } from '../../domain/methods/method.ts';
import { NO_PRECONDITION } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { JobRecord } from '../../store/hub-state.ts';
import type { Methods, Twins } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Timer } from '../ports.ts';
import type { LiveSessions } from '../sessions/live-sessions.ts';

/** What carries out jobs that have begun. */
export interface JobRuns {
  /** Works on the clients that were selected; `onEnd` is called once. */
  start(job: JobRecord, targets: readonly ClientIdentity[], onEnd: () => void): void;
  close(): void;
}

/** What a job works with: the same parts as any back end. */
export interface JobServices {
  readonly twins: Twins;
  readonly methods: Methods;
  readonly live: LiveSessions;
}

interface Run {
  readonly job: JobRecord;
  readonly deadlineUtc: number;
  readonly onEnd: () => void;
  readonly deadline: Timer;
  nextStep: Timer | undefined;
  nextIndex: number;
  unfinishedCount: number;
}

// So many at a time, so that a job over a whole fleet does not hold up everybody else.
const CLIENTS_PER_STEP = 500;

export function createJobRuns({ clock }: HubParts, { twins, methods, live }: JobServices): JobRuns {
  const runs = new Set<Run>();
  return {
    start: (job, targets, onEnd) => {
      const createdUtc = clock.now();
      for (const identity of targets) job.deviceJobs.push(createDeviceJob(job, identity, createdUtc));
      const milliseconds = job.request.maximumExecutionSeconds * 1000;
      const run: Run = {
        job,
        deadlineUtc: createdUtc + milliseconds,
        onEnd,
        deadline: clock.schedule(milliseconds, () => expire(run)),
        nextStep: undefined,
        nextIndex: 0,
        unfinishedCount: targets.length,
      };
      runs.add(run);
      if (targets.length === 0) finish(run);
      else step(run);
    },
    close: () => {
      for (const run of runs) stop(run);
    },
  };

  function step(run: Run): void {
    const { length } = run.job.deviceJobs;
    const end = Math.min(run.nextIndex + CLIENTS_PER_STEP, length);
    while (run.nextIndex < end) begin(run, run.nextIndex++);
    if (end < length) run.nextStep = clock.schedule(0, () => step(run));
  }

  function begin(run: Run, index: number): void {
    const { action } = run.job.request;
    const { identity } = enter(run, index, { state: 'running', startedUtc: clock.now() });
    if (action.type === 'scheduleUpdateTwin') {
      const updated = twins.updateTwin(identity, action.patch, NO_PRECONDITION);
      settle(run, index, updated.ok ? ok(undefined) : updated);
      return;
    }
    // A client that is not connected is waited for as long as the job lasts.
    const connectTimeoutSeconds = (run.deadlineUtc - clock.now()) / 1000;
    const answer = methods.invoke(identity, { ...action.call, connectTimeoutSeconds });
    void answer.then((result) => settle(run, index, result));
  }

  function expire(run: Run): void {
    for (const [index, { identity, phase }] of run.job.deviceJobs.entries()) {
      if (phase.state === 'pending') enter(run, index, { state: 'running', startedUtc: clock.now() });
      settle(run, index, live.find(identity)?.isReadyFor('methods') ? OUT_OF_TIME : NOT_ONLINE);
    }
  }

  function settle(run: Run, index: number, result: Result<MethodResponse | undefined>): void {
    const { phase } = run.job.deviceJobs[index] as DeviceJob;
    if (phase.state !== 'running' || !runs.has(run)) return;
    enter(run, index, endOf(phase, result, clock.now()));
    run.unfinishedCount -= 1;
    if (run.unfinishedCount === 0) finish(run);
  }

  function finish(run: Run): void {
    stop(run);
    run.onEnd();
  }

  function stop(run: Run): void {
    runs.delete(run);
    run.deadline.cancel();
    run.nextStep?.cancel();
  }
}

const NOT_ONLINE = failed('DeviceNotOnline', '');
const OUT_OF_TIME = failed('GatewayTimeout', 'The job ended before the device had answered.');

function createDeviceJob(
  { ordinal, request, deviceJobs }: JobRecord,
  identity: ClientIdentity,
  createdUtc: number,
): DeviceJob {
  const key = `${String(ordinal).padStart(12, '0')}-${String(deviceJobs.length).padStart(9, '0')}`;
  return {
    key,
    identity,
    jobId: request.jobId,
    type: request.action.type,
    createdUtc,
    phase: { state: 'pending' },
  };
}

function enter({ job }: Run, index: number, phase: DeviceJobPhase): DeviceJob {
  const entered = { ...(job.deviceJobs[index] as DeviceJob), phase };
  job.deviceJobs[index] = entered;
  return entered;
}

function endOf(
  { startedUtc }: { readonly startedUtc: number },
  result: Result<MethodResponse | undefined>,
  endUtc: number,
): DeviceJobPhase {
  if (!result.ok) {
    const { name, message } = result.error;
    // The hub words it otherwise here than to a back end that calls the method itself. Source: Azure/iotedge#2958.
    const description = name === 'DeviceNotOnline' ? 'Timed out waiting for device to connect.' : message;
    return { state: 'failed', startedUtc, endUtc, error: { code: name, description } };
  }
  if (result.value === undefined) return { state: 'completed', startedUtc, endUtc };
  const payload = parseJson(result.value.payload);
  const response = { status: result.value.status, payload: payload.ok ? payload.value : null };
  return { state: 'completed', startedUtc, endUtc, response };
}

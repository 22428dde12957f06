import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { DeviceJob, DeviceJobPhase, DeviceJobResponse } from '../../domain/jobs/job.ts';
import { parseJson } from '../../domain/json.ts';
import type { MethodResponse } from '../../domain/methods/method.ts';
import { NO_PRECONDITION } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { JobRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Methods } from '../methods/methods.ts';
import type { Timer } from '../ports.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import type { Twins } from '../twins/twins.ts';

/** A running job. Its progress is in its record. After a restore, the run is created again from the record. */
interface Run {
  readonly job: JobRecord;
  readonly deadlineUtc: number;
  readonly onEnd: () => void;
  readonly deadline: Timer;
  nextStep: Timer | undefined;
  nextIndex: number;
  unfinishedCount: number;
}

// A step is limited, so that a job over all devices does not delay other operations.
const CLIENTS_PER_STEP = 500;

/** Runs the jobs that have started. */
export class JobRuns {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #twins: Twins;
  readonly #methods: Methods;
  readonly #runs = new Set<Run>();

  constructor(parts: HubParts, sessions: ClientSessions, twins: Twins, methods: Methods) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#twins = twins;
    this.#methods = methods;
  }

  /** Starts a job on the selected clients. `onEnd` is called once. */
  start(job: JobRecord, targets: readonly ClientIdentity[], onEnd: () => void): void {
    const createdUtc = this.#parts.clock.now();
    for (const identity of targets) {
      this.#parts.store.jobs.addDeviceJob(job, createDeviceJob(job, identity, createdUtc));
    }
    this.#run(job, createdUtc, onEnd);
  }

  /**
   * Continues a job whose record was restored. A direct method without a response is invoked again, because its
   * outcome is unknown.
   */
  resume(job: JobRecord, startedUtc: number, onEnd: () => void): void {
    this.#run(job, startedUtc, onEnd);
  }

  /** Stops all runs and does not change their records. */
  suspend(): void {
    for (const run of this.#runs) this.#stop(run);
  }

  #run(job: JobRecord, startedUtc: number, onEnd: () => void): void {
    const { clock } = this.#parts;
    const deadlineUtc = startedUtc + job.request.maximumExecutionSeconds * 1000;
    const run: Run = {
      job,
      deadlineUtc,
      onEnd,
      deadline: clock.schedule(Math.max(deadlineUtc - clock.now(), 0), () => this.#expire(run)),
      nextStep: undefined,
      nextIndex: 0,
      unfinishedCount: job.deviceJobs.filter(({ phase }) => !isFinished(phase)).length,
    };
    this.#runs.add(run);
    if (run.unfinishedCount === 0) this.#finish(run);
    else this.#step(run);
  }

  #step(run: Run): void {
    const { length } = run.job.deviceJobs;
    const end = Math.min(run.nextIndex + CLIENTS_PER_STEP, length);
    while (run.nextIndex < end) this.#begin(run, run.nextIndex++);
    if (end < length) run.nextStep = this.#parts.clock.schedule(0, () => this.#step(run));
  }

  #begin(run: Run, index: number): void {
    const { clock } = this.#parts;
    const { action } = run.job.request;
    const { identity, phase } = run.job.deviceJobs[index] as DeviceJob;
    if (isFinished(phase)) return;
    this.#enter(run, index, { state: 'running', startedUtc: clock.now() });
    if (action.type === 'scheduleUpdateTwin') {
      const updated = this.#twins.updateTwin(identity, action.patch, NO_PRECONDITION);
      this.#settle(run, index, updated.ok ? ok(undefined) : updated);
      return;
    }
    // The hub waits for a client that is not connected until the deadline of the job.
    const connectTimeoutSeconds = (run.deadlineUtc - clock.now()) / 1000;
    const answer = this.#methods.invokeMethod(identity, { ...action.call, connectTimeoutSeconds });
    void answer.then((result) =>
      this.#settle(run, index, result.ok ? ok(this.#readResponse(run, identity, result.value)) : result),
    );
  }

  // The rows of a job are queried as JSON, so that they cannot have a payload of another form.
  #readResponse({ job }: Run, identity: ClientIdentity, response: MethodResponse): DeviceJobResponse {
    const { status, payload } = response;
    const parsed = payload === '' ? ok(null) : parseJson(payload);
    if (parsed.ok) return { status, payload: parsed.value };
    const message = 'The payload of the method response is not JSON. The row of the job has null.';
    this.#parts.log('warn', 'method-answer-unreadable', { ...identity, jobId: job.request.jobId, message });
    return { status, payload: null };
  }

  #expire(run: Run): void {
    const { action } = run.job.request;
    for (const [index, { identity, phase }] of run.job.deviceJobs.entries()) {
      if (phase.state === 'pending') {
        this.#enter(run, index, { state: 'running', startedUtc: this.#parts.clock.now() });
      }
      const isReady =
        action.type === 'scheduleUpdateTwin'
          ? this.#sessions.isReadyFor(identity, 'methods')
          : this.#sessions.findReadyForMethod(identity, action.call.name) !== undefined;
      this.#settle(run, index, isReady ? TIMED_OUT : NOT_ONLINE);
    }
  }

  #settle(run: Run, index: number, result: Result<DeviceJobResponse | undefined>): void {
    const { phase } = run.job.deviceJobs[index] as DeviceJob;
    if (phase.state !== 'running' || !this.#runs.has(run)) return;
    this.#enter(run, index, endOf(phase, result, this.#parts.clock.now()));
    run.unfinishedCount -= 1;
    if (run.unfinishedCount === 0) this.#finish(run);
  }

  #enter({ job }: Run, index: number, phase: DeviceJobPhase): void {
    const entered = { ...(job.deviceJobs[index] as DeviceJob), phase };
    this.#parts.store.jobs.replaceDeviceJob(job, index, entered);
  }

  #finish(run: Run): void {
    this.#stop(run);
    run.onEnd();
  }

  #stop(run: Run): void {
    this.#runs.delete(run);
    run.deadline.cancel();
    run.nextStep?.cancel();
  }
}

const NOT_ONLINE = failed('DeviceNotOnline', '');
const TIMED_OUT = failed('GatewayTimeout', 'The job ended before the device had answered.');

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

function isFinished({ state }: DeviceJobPhase): boolean {
  return state === 'completed' || state === 'failed';
}

function endOf(
  { startedUtc }: { readonly startedUtc: number },
  result: Result<DeviceJobResponse | undefined>,
  endUtc: number,
): DeviceJobPhase {
  if (!result.ok) {
    const { name, message } = result.error;
    // IoT Hub has another text for a back end that invokes the method itself. Source: Azure/iotedge#2958.
    const description = name === 'DeviceNotOnline' ? 'Timed out waiting for device to connect.' : message;
    return { state: 'failed', startedUtc, endUtc, error: { code: name, description } };
  }
  if (result.value === undefined) return { state: 'completed', startedUtc, endUtc };
  return { state: 'completed', startedUtc, endUtc, response: result.value };
}

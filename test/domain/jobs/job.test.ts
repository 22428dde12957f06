import { describe, expect, it } from 'vitest';
import { formatJob, type JobEvent, type JobPhase, transitionJob } from '../../../emulator/domain/jobs/job.ts';
import { parseJobFilter } from '../../../emulator/domain/jobs/job-filter.ts';
import { parseJobRequest } from '../../../emulator/domain/jobs/job-request.ts';
import type { JsonValue } from '../../../emulator/domain/json.ts';

const QUEUED: JobPhase = { state: 'queued' };
const SCHEDULED: JobPhase = { state: 'scheduled' };
const RUNNING: JobPhase = { state: 'running', startedUtc: 5 };
const COMPLETED: JobPhase = { state: 'completed', startedUtc: 5, endUtc: 9 };
const FAILED: JobPhase = { state: 'failed', startedUtc: 5, endUtc: 9, reason: 'why' };
const CANCELLED: JobPhase = { state: 'cancelled', endUtc: 9 };

describe('the state of a job', () => {
  it.each<[JobPhase, JobEvent, JobPhase]>([
    [QUEUED, { kind: 'wait' }, SCHEDULED],
    [QUEUED, { kind: 'start' }, { state: 'running', startedUtc: 9 }],
    [SCHEDULED, { kind: 'start' }, { state: 'running', startedUtc: 9 }],
    [QUEUED, { kind: 'cancel' }, CANCELLED],
    [SCHEDULED, { kind: 'cancel' }, CANCELLED],
    [RUNNING, { kind: 'complete' }, COMPLETED],
    [RUNNING, { kind: 'fail', reason: 'why' }, FAILED],
  ])('changes from %o by %o', (phase, event, expected) => {
    expect(transitionJob(phase, event, 9)).toEqual({ ok: true, value: expected });
  });
});

describe('an invalid transition of a job', () => {
  it.each<[JobPhase, string]>([
    [RUNNING, "Job cannot be cancelled in 'Running' status."],
    [COMPLETED, "Job cannot be cancelled in 'Completed' status."],
    [FAILED, "Job cannot be cancelled in 'Failed' status."],
    [CANCELLED, "Job cannot be cancelled in 'Cancelled' status."],
  ])('is refused when %o is cancelled', (phase, message) => {
    expect(transitionJob(phase, { kind: 'cancel' }, 9)).toEqual({
      ok: false,
      error: { name: 'OperationNotAllowedInCurrentState', message },
    });
  });

  it.each<[JobPhase, JobEvent]>([
    [SCHEDULED, { kind: 'wait' }],
    [RUNNING, { kind: 'start' }],
    [QUEUED, { kind: 'complete' }],
    [CANCELLED, { kind: 'fail', reason: 'why' }],
  ])('is refused when %o receives %o', (phase, event) => {
    expect(transitionJob(phase, event, 9)).toMatchObject({ ok: false });
  });
});

describe('the document of a job with a direct method', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['an object as the bytes of its JSON text', { n: 3 }, [123, 34, 110, 34, 58, 51, 125]],
    ['a string as UTF-8 bytes with its quotes', 'é', [34, 195, 169, 34]],
    ['null as null', null, null],
  ])('contains the payload: %s', (_title, payload, echoed) => {
    const request = parseJobRequest('j', {
      type: 'scheduleDeviceMethod',
      cloudToDeviceMethod: { methodName: 'blink', payload },
      queryCondition: '*',
    });
    if (!request.ok) throw new Error(request.error.message);
    const job = { request: request.value, createdUtc: 0, phase: QUEUED, deviceJobs: [] };
    expect(formatJob(job).cloudToDeviceMethod).toEqual({ methodName: 'blink', payload: echoed });
  });
});

describe('the filter of a list of jobs', () => {
  it.each([
    [undefined, undefined, { type: undefined, status: undefined }],
    ['', '', { type: undefined, status: undefined }],
    ['ScheduleDeviceMethod', 'Completed', { type: 'scheduledevicemethod', status: 'completed' }],
    ['scheduleUpdateTwin', undefined, { type: 'scheduleupdatetwin', status: undefined }],
    ['ExportDevices', undefined, { type: 'exportdevices', status: undefined }],
  ])('is parsed from type %s and status %s', (type, status, filter) => {
    expect(parseJobFilter(type, status)).toEqual({ ok: true, value: filter });
  });

  it.each([
    ['reboot', undefined],
    [undefined, 'complete'],
  ])('is refused with type %s and status %s', (type, status) => {
    expect(parseJobFilter(type, status)).toMatchObject({ ok: false, error: { name: 'GenericBadRequest' } });
  });
});

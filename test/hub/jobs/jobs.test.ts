import { describe, expect, it } from 'vitest';
import { parseJobRequest } from '../../../emulator/domain/jobs/job-request.ts';
import type { JsonObject } from '../../../emulator/domain/json.ts';
import { NO_PRECONDITION } from '../../../emulator/domain/precondition.ts';
import type { HubOptions } from '../../../emulator/hub/hub-options.ts';
import type { Log } from '../../../emulator/hub/ports.ts';
import { createQuietHub, identityOf, outcomeOf, type QuietHub, succeeded } from '../quiet-hub.ts';

const ALL_JOBS = { type: undefined, status: undefined };
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;
const TWIN_UPDATE = {
  type: 'scheduleUpdateTwin',
  updateTwin: { etag: '*', tags: { seen: true }, properties: { desired: { mode: 'eco' } } },
};
const METHOD = {
  type: 'scheduleDeviceMethod',
  cloudToDeviceMethod: { methodName: 'blink', payload: { n: 3 }, responseTimeoutInSeconds: 30 },
  maxExecutionTimeInSeconds: 20,
};

describe('a job that updates twins', () => {
  it('is queued, runs when the clock advances, and returns the result of each device', () => {
    const quiet = hubWithFloors();
    const { hub, clock } = quiet;
    const { connection } = quiet.connect('second-a', { channels: ['desiredProperties'] });
    expect(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: 'tags.floor = 2' })).toEqual({
      ok: true,
      value: { jobId: 'j-1', type: 'scheduleUpdateTwin', status: 'queued' },
    });
    expect(hub.jobs.getJob('j-1')).toMatchObject({ status: 'queued' });
    clock.advance(0);
    expect(hub.jobs.getJob('j-1')).toEqual({
      jobId: 'j-1',
      queryCondition: 'tags.floor = 2',
      createdTime: '2026-01-02T03:04:05Z',
      startTime: '2026-01-02T03:04:05Z',
      endTime: '2026-01-02T03:04:05Z',
      maxExecutionTimeInSeconds: 3600,
      type: 'scheduleUpdateTwin',
      updateTwin: TWIN_UPDATE.updateTwin,
      status: 'completed',
      deviceJobStatistics: statistics({ deviceCount: 2, succeededCount: 2 }),
    });
    expect(connection.desiredPatches).toEqual([{ mode: 'eco', $version: 2 }]);
    expect(idsWith(quiet, 'tags.seen = true')).toEqual(['second-a', 'second-b']);
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toEqual(
      ['second-a', 'second-b'].map((deviceId) => ({
        deviceId,
        jobId: 'j-1',
        jobType: 'scheduleUpdateTwin',
        status: 'completed',
        startTimeUtc: '2026-01-02T03:04:05Z',
        endTimeUtc: '2026-01-02T03:04:05Z',
        createdDateTimeUtc: '2026-01-02T03:04:05Z',
        lastUpdatedDateTimeUtc: '2026-01-02T03:04:05Z',
      })),
    );
  });

  it('updates modules if the condition selects modules', () => {
    const quiet = createQuietHub();
    for (const id of ['d1/filter', 'd2/filter', 'd2/other']) quiet.register(id);
    const queryCondition = "FROM devices.modules WHERE moduleId = 'filter'";
    succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition }));
    quiet.clock.advance(0);
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      { deviceId: 'd1', moduleId: 'filter', status: 'completed' },
      { deviceId: 'd2', moduleId: 'filter', status: 'completed' },
    ]);
    expect(rowsOf(quiet, 'SELECT deviceId, moduleId FROM devices.modules WHERE tags.seen')).toHaveLength(2);
  });

  it('completes with a failure if the patch is invalid for a twin', () => {
    const quiet = hubWithFloors();
    const updateTwin = { etag: '*', tags: { note: 'x'.repeat(4097) } };
    succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, updateTwin, queryCondition: "deviceId = 'first'" }));
    quiet.clock.advance(0);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'completed',
      deviceJobStatistics: statistics({ deviceCount: 1, failedCount: 1 }),
    });
    expect(rowsOf(quiet, "SELECT * FROM devices.jobs WHERE devices.jobs.status = 'failed'")).toMatchObject([
      { deviceId: 'first', error: { code: 'ArgumentInvalid', description: expect.stringContaining('4096') } },
    ]);
  });

  it('completes without devices if the condition selects none', () => {
    const quiet = createQuietHub();
    succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: '*' }));
    quiet.clock.advance(0);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'completed',
      deviceJobStatistics: statistics({}),
    });
  });

  it('runs in steps over the devices that it selected at its start', () => {
    const quiet = createQuietHub();
    for (let index = 0; index < 1200; index++) quiet.register(`d${index}`);
    succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: '*' }));
    let counted: unknown;
    quiet.clock.schedule(0, () => {
      counted = quiet.hub.jobs.getJob('j-1').deviceJobStatistics;
      quiet.register('late');
    });
    quiet.clock.advance(0);
    expect(counted).toEqual(statistics({ deviceCount: 1200, succeededCount: 500, pendingCount: 700 }));
    expect(quiet.hub.jobs.getJob('j-1').deviceJobStatistics).toEqual(
      statistics({ deviceCount: 1200, succeededCount: 1200 }),
    );
  });
});

describe('a job that invokes a method', () => {
  it('keeps the response of each device', async () => {
    const quiet = hubWithFloors();
    const { session, connection } = quiet.connect('second-a', { channels: ['methods'] });
    succeeded(create(quiet, 'j-1', { ...METHOD, queryCondition: "deviceId = 'second-a'" }));
    quiet.clock.advance(0);
    expect(connection.methodRequests).toMatchObject([{ name: 'blink', payload: '{"n":3}' }]);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'running',
      deviceJobStatistics: statistics({ deviceCount: 1, runningCount: 1 }),
    });
    quiet.clock.advance(SECOND);
    session.sendMethodResponse(connection.methodRequests[0]?.requestId ?? '', {
      status: 404,
      payload: '{"ok":1.0}',
    });
    await turn();
    const [row] = rowsOf(quiet, 'SELECT * FROM devices.jobs');
    expect(row).toMatchObject({
      status: 'completed',
      startTimeUtc: '2026-01-02T03:04:05Z',
      endTimeUtc: '2026-01-02T03:04:06Z',
      outcome: { deviceMethodResponse: { status: 404 } },
    });
    expect(row).not.toHaveProperty('error');
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'completed',
      cloudToDeviceMethod: { payload: [...new TextEncoder().encode('{"n":3}')] },
      deviceJobStatistics: statistics({ deviceCount: 1, succeededCount: 1 }),
    });
  });

  it('sends no payload if its request has none, and keeps no payload that is not JSON', async () => {
    const lines: unknown[] = [];
    const quiet = hubWithFloors({}, (level, event, fields) => lines.push({ level, event, ...fields }));
    const { session, connection } = quiet.connect('first', { channels: ['methods'] });
    const cloudToDeviceMethod = { methodName: 'blink' };
    const request = { ...METHOD, cloudToDeviceMethod, queryCondition: "deviceId = 'first'" };
    succeeded(create(quiet, 'j-1', request));
    quiet.clock.advance(0);
    expect(connection.methodRequests).toMatchObject([{ name: 'blink', payload: '' }]);
    const { requestId = '' } = connection.methodRequests[0] ?? {};
    session.sendMethodResponse(requestId, { status: 200, payload: 'on, off' });
    await turn();
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      { status: 'completed', outcome: { deviceMethodResponse: { status: 200, payload: null } } },
    ]);
    expect(lines).toContainEqual({
      level: 'warn',
      event: 'method-answer-unreadable',
      deviceId: 'first',
      jobId: 'j-1',
      message: expect.any(String),
    });
  });

  it('fails a device whose response has 131,072 bytes', async () => {
    const quiet = hubWithFloors();
    const { session, connection } = quiet.connect('first', { channels: ['methods'] });
    succeeded(create(quiet, 'j-1', { ...METHOD, queryCondition: "deviceId = 'first'" }));
    quiet.clock.advance(0);
    const { requestId = '' } = connection.methodRequests[0] ?? {};
    session.sendMethodResponse(requestId, { status: 200, payload: JSON.stringify('x'.repeat(131_070)) });
    await turn();
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      { status: 'failed', error: { code: 'ArgumentInvalid' } },
    ]);
  });

  it('waits for a device to connect, and fails a device that is offline until its deadline', async () => {
    const quiet = hubWithFloors();
    succeeded(create(quiet, 'j-1', { ...METHOD, queryCondition: 'tags.floor = 2' }));
    quiet.clock.advance(10 * SECOND);
    const { session, connection } = quiet.connect('second-b', { channels: ['methods'] });
    session.sendMethodResponse(connection.methodRequests[0]?.requestId ?? '', { status: 200, payload: '' });
    await turn();
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'running',
      deviceJobStatistics: statistics({ deviceCount: 2, succeededCount: 1, runningCount: 1 }),
    });
    quiet.clock.advance(10 * SECOND);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'completed',
      endTime: '2026-01-02T03:04:25Z',
      deviceJobStatistics: statistics({ deviceCount: 2, succeededCount: 1, failedCount: 1 }),
    });
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      {
        deviceId: 'second-a',
        status: 'failed',
        error: { code: 'DeviceNotOnline', description: 'Timed out waiting for device to connect.' },
      },
      { deviceId: 'second-b', outcome: { deviceMethodResponse: { status: 200, payload: null } } },
    ]);
  });

  it('fails a connected device that does not respond in time', async () => {
    const quiet = hubWithFloors();
    quiet.connect('second-a', { channels: ['methods'] });
    quiet.connect('second-b', { channels: ['methods'] });
    const cloudToDeviceMethod = { methodName: 'blink', responseTimeoutInSeconds: 5 };
    succeeded(
      create(quiet, 'slow', { ...METHOD, cloudToDeviceMethod, queryCondition: "deviceId = 'second-a'" }),
    );
    quiet.clock.advance(5 * SECOND);
    await turn();
    succeeded(create(quiet, 'over', { ...METHOD, queryCondition: "deviceId = 'second-b'" }));
    quiet.clock.advance(20 * SECOND);
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      { jobId: 'slow', endTimeUtc: '2026-01-02T03:04:10Z', error: { code: 'GatewayTimeout' } },
      { jobId: 'over', endTimeUtc: '2026-01-02T03:04:30Z', error: { code: 'GatewayTimeout' } },
    ]);
  });

  it('fails a device that is deleted while the job waits for it', async () => {
    const quiet = hubWithFloors();
    const { deviceId } = identityOf('third');
    succeeded(create(quiet, 'j-1', { ...METHOD, queryCondition: "deviceId = 'third'" }));
    quiet.clock.advance(SECOND);
    succeeded(quiet.hub.devices.deleteDevice(deviceId, { kind: 'any' }));
    await turn();
    expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toMatchObject([
      { error: { code: 'DeviceNotFound' } },
    ]);
  });
});

describe('a job with a start time', () => {
  it('is scheduled, and selects its devices at its start', () => {
    const quiet = hubWithFloors();
    const request = { ...TWIN_UPDATE, queryCondition: 'tags.floor = 2', startTime: '2026-01-03T03:04:05Z' };
    succeeded(create(quiet, 'j-1', request));
    quiet.clock.advance(DAY - SECOND);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'scheduled',
      startTime: '2026-01-03T03:04:05Z',
      deviceJobStatistics: statistics({}),
    });
    tag(quiet, 'third', 2);
    quiet.clock.advance(SECOND);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
      status: 'completed',
      deviceJobStatistics: statistics({ deviceCount: 3, succeededCount: 3 }),
    });
  });

  it('is refused if it starts later than in 168 hours', () => {
    const quiet = createQuietHub();
    const startAt = (milliseconds: number) => new Date(quiet.clock.now() + milliseconds).toISOString();
    const request = { ...TWIN_UPDATE, queryCondition: '*' };
    expect(create(quiet, 'late', { ...request, startTime: startAt(168 * HOUR + 1) })).toMatchObject({
      error: { name: 'ArgumentInvalid', message: expect.stringContaining('Must be within 168 hours') },
    });
    expect(outcomeOf(create(quiet, 'j-1', { ...request, startTime: startAt(168 * HOUR) }))).toBe('ok');
  });

  it('updates no device after it is cancelled', () => {
    const quiet = hubWithFloors();
    const request = { ...TWIN_UPDATE, queryCondition: '*', startTime: '2026-01-03T03:04:05Z' };
    succeeded(create(quiet, 'j-1', request));
    quiet.clock.advance(SECOND);
    expect(quiet.hub.jobs.cancelJob('j-1')).toMatchObject({
      ok: true,
      value: { jobId: 'j-1', status: 'cancelled', endTime: '2026-01-02T03:04:06Z' },
    });
    quiet.clock.advance(2 * DAY);
    expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({ status: 'cancelled' });
    expect(idsWith(quiet, 'tags.seen = true')).toEqual([]);
  });
});

describe('the cancellation of a job', () => {
  it('is refused for a running job, an ended job and a missing job', async () => {
    const quiet = hubWithFloors();
    succeeded(create(quiet, 'j-1', { ...METHOD, queryCondition: '*' }));
    quiet.clock.advance(SECOND);
    expect(quiet.hub.jobs.cancelJob('j-1')).toMatchObject({
      error: {
        name: 'OperationNotAllowedInCurrentState',
        message: "Job cannot be cancelled in 'Running' status.",
      },
    });
    quiet.clock.advance(20 * SECOND);
    expect(outcomeOf(quiet.hub.jobs.cancelJob('j-1'))).toBe('OperationNotAllowedInCurrentState');
    expect(outcomeOf(quiet.hub.jobs.cancelJob('nope'))).toBe('JobNotFound');
  });
});

it('a job with an invalid condition is accepted, and fails with the position when it runs', () => {
  const quiet = createQuietHub();
  succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: 'SELECT * FROM devices' }));
  quiet.clock.advance(0);
  const reason = expect.stringMatching(/^SQL query parse failed due to following errors: \n\tLine 1:1 /);
  expect(quiet.hub.jobs.getJob('j-1')).toMatchObject({
    status: 'failed',
    failureReason: reason,
    statusMessage: reason,
  });
});

it('a missing job has the type and status unknown', () => {
  expect(createQuietHub().hub.jobs.getJob('nope')).toEqual({ type: 'unknown', status: 'unknown' });
});

describe('the limit of active jobs', () => {
  const later = { ...TWIN_UPDATE, queryCondition: '*', startTime: '2026-01-03T00:00:00Z' };

  it('is one by default, and counts a scheduled job until it has run or is cancelled', () => {
    const quiet = hubWithFloors();
    succeeded(create(quiet, 'j-1', later));
    expect(outcomeOf(create(quiet, 'j-2', later))).toBe('ThrottlingMaxActiveJobCountExceeded');
    succeeded(quiet.hub.jobs.cancelJob('j-1'));
    succeeded(create(quiet, 'j-2', later));
    quiet.clock.advance(DAY);
    expect(outcomeOf(create(quiet, 'j-3', { ...TWIN_UPDATE, queryCondition: '*' }))).toBe('ok');
  });

  it('can be set by an option', () => {
    const quiet = hubWithFloors({ concurrentJobLimit: 2 });
    expect(['j-1', 'j-2', 'j-3'].map((id) => outcomeOf(create(quiet, id, later)))).toEqual([
      'ok',
      'ok',
      'ThrottlingMaxActiveJobCountExceeded',
    ]);
  });

  it('is checked after the id of the job', () => {
    const quiet = hubWithFloors();
    succeeded(create(quiet, 'j-1', later));
    expect(outcomeOf(create(quiet, 'j-1', later))).toBe('JobAlreadyExists');
  });
});

describe('the list of jobs', () => {
  function hubWithThreeJobs() {
    const quiet = hubWithFloors({ concurrentJobLimit: 10 });
    succeeded(create(quiet, 'b', { ...TWIN_UPDATE, queryCondition: '*' }));
    succeeded(create(quiet, 'a', { ...METHOD, queryCondition: '*' }));
    succeeded(create(quiet, 'c', { ...TWIN_UPDATE, queryCondition: '*', startTime: '2026-01-03T00:00:00Z' }));
    quiet.clock.advance(SECOND);
    return quiet.hub.jobs;
  }

  it.each([
    [undefined, undefined, ['b', 'a', 'c']],
    ['scheduleupdatetwin', undefined, ['b', 'c']],
    ['scheduledevicemethod', 'running', ['a']],
    [undefined, 'scheduled', ['c']],
    [undefined, 'failed', []],
  ])('is filtered by type %s and status %s', (type, status, ids) => {
    const page = succeeded(hubWithThreeJobs().queryJobs({ type, status }));
    expect(page).toMatchObject({ itemType: 'JobResponse', items: ids.map((jobId) => ({ jobId })) });
    expect(page).not.toHaveProperty('continuationToken');
  });

  it('has pages with continuation tokens', () => {
    const jobs = hubWithThreeJobs();
    const first = succeeded(jobs.queryJobs(ALL_JOBS, { maximumItemCount: 2 }));
    expect(first.items).toMatchObject([{ jobId: 'b' }, { jobId: 'a' }]);
    const { continuationToken } = first;
    expect(succeeded(jobs.queryJobs(ALL_JOBS, { continuationToken }))).toEqual({
      itemType: 'JobResponse',
      items: [expect.objectContaining({ jobId: 'c' })],
    });
    expect(outcomeOf(jobs.queryJobs({ ...ALL_JOBS, status: 'failed' }, { continuationToken }))).toBe(
      'ArgumentInvalid',
    );
  });
});

it('an ended job is deleted with its rows after thirty days', () => {
  const quiet = hubWithFloors();
  succeeded(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: '*' }));
  quiet.clock.advance(30 * DAY - SECOND);
  expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toHaveLength(4);
  quiet.clock.advance(2 * SECOND);
  expect(quiet.hub.jobs.getJob('j-1')).toEqual({ type: 'unknown', status: 'unknown' });
  expect(rowsOf(quiet, 'SELECT * FROM devices.jobs')).toEqual([]);
  expect(outcomeOf(create(quiet, 'j-1', { ...TWIN_UPDATE, queryCondition: '*' }))).toBe('ok');
});

it('a closed hub has no timer of a job', () => {
  const quiet = hubWithFloors({ concurrentJobLimit: 3 });
  succeeded(create(quiet, 'running', { ...METHOD, queryCondition: '*' }));
  succeeded(create(quiet, 'done', { ...TWIN_UPDATE, queryCondition: '*' }));
  succeeded(
    create(quiet, 'later', { ...TWIN_UPDATE, queryCondition: '*', startTime: '2026-01-03T00:00:00Z' }),
  );
  quiet.clock.advance(SECOND);
  expect(quiet.timerCount()).toBeGreaterThan(0);
  quiet.hub.close();
  expect(quiet.timerCount()).toBe(0);
});

/** Creates a hub with devices on two floors: `first`, `second-a`, `second-b`, and `third` without a floor. */
function hubWithFloors(options: Partial<HubOptions> = {}, log?: Log): QuietHub {
  const quiet = createQuietHub(options, log);
  for (const id of ['first', 'second-a', 'second-b', 'third']) quiet.register(id);
  tag(quiet, 'first', 1);
  tag(quiet, 'second-a', 2);
  tag(quiet, 'second-b', 2);
  return quiet;
}

function tag({ hub }: QuietHub, id: string, floor: number): void {
  succeeded(hub.twins.updateTwin(identityOf(id), { tags: { floor } }, NO_PRECONDITION));
}

function create({ hub }: QuietHub, jobId: string, body: JsonObject) {
  return hub.jobs.createJob(succeeded(parseJobRequest(jobId, body)));
}

function rowsOf({ hub }: QuietHub, query: string): readonly unknown[] {
  return succeeded(hub.queries.queryTwins(query, { maximumItemCount: 1000 })).items;
}

function idsWith(quiet: QuietHub, condition: string): readonly string[] {
  const rows = rowsOf(quiet, `SELECT deviceId FROM devices WHERE ${condition}`);
  return (rows as readonly { deviceId: string }[]).map(({ deviceId }) => deviceId);
}

function statistics(counts: Readonly<Record<string, number>>): object {
  return { deviceCount: 0, failedCount: 0, succeededCount: 0, runningCount: 0, pendingCount: 0, ...counts };
}

/** Waits until pending promise callbacks have run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

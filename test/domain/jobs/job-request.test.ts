import { describe, expect, test } from 'vitest';
import { parseJobRequest } from '../../../emulator/domain/jobs/job-request.ts';
import type { JsonObject, JsonValue } from '../../../emulator/domain/json.ts';

const TWIN_JOB = {
  jobId: 'j-1',
  type: 'scheduleUpdateTwin',
  updateTwin: { etag: '*', tags: { floor: 2 }, properties: { desired: { mode: 'eco' }, reported: {} } },
  queryCondition: '*',
};
const METHOD_JOB = {
  jobId: 'j-1',
  type: 'scheduleDeviceMethod',
  cloudToDeviceMethod: { methodName: 'blink', payload: { n: 3 }, responseTimeoutInSeconds: 20 },
  queryCondition: "tags.site.region = 'US'",
  startTime: '2025-03-01T11:00:00.000Z',
  maxExecutionTimeInSeconds: 60,
};

describe('a job is read from its request', () => {
  test('a twin update, whose reported part is ignored', () => {
    expect(parseJobRequest('j-1', TWIN_JOB)).toEqual({
      ok: true,
      value: {
        jobId: 'j-1',
        action: {
          type: 'scheduleUpdateTwin',
          patch: { tags: { floor: 2 }, desired: { mode: 'eco' } },
          echo: TWIN_JOB.updateTwin,
        },
        condition: '*',
        startUtc: undefined,
        maximumExecutionSeconds: 3600,
      },
    });
  });

  test('a direct method', () => {
    expect(parseJobRequest('j-1', METHOD_JOB)).toEqual({
      ok: true,
      value: {
        jobId: 'j-1',
        action: {
          type: 'scheduleDeviceMethod',
          call: { name: 'blink', payload: '{"n":3}', responseTimeoutSeconds: 20, connectTimeoutSeconds: 0 },
          echo: METHOD_JOB.cloudToDeviceMethod,
        },
        condition: "tags.site.region = 'US'",
        startUtc: Date.UTC(2025, 2, 1, 11),
        maximumExecutionSeconds: 60,
      },
    });
  });

  test.each<[string, JsonObject, object]>([
    ['a start that is null, which Node sends', { startTime: null }, { startUtc: undefined }],
    ['a start that is empty', { startTime: '' }, { startUtc: undefined }],
    [
      'a start without a zone, which the Azure CLI sends',
      { startTime: '2025-03-01T11:00:00.123456' },
      { startUtc: Date.UTC(2025, 2, 1, 11, 0, 0, 123) },
    ],
    ['no time limit', { maxExecutionTimeInSeconds: null }, { maximumExecutionSeconds: 3600 }],
    ['names and type with capitals', { Type: 'ScheduleUpdateTwin', type: 'ScheduleUpdateTwin' }, {}],
    ['no id in the body', { jobId: null }, { jobId: 'j-1' }],
  ])('%s', (_title, members, expected) => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, ...members })).toMatchObject({ ok: true, value: expected });
  });

  test('the older name of the response timeout', () => {
    const cloudToDeviceMethod = { methodName: 'blink', timeoutInSeconds: 7 };
    expect(parseJobRequest('j-1', { ...METHOD_JOB, cloudToDeviceMethod })).toMatchObject({
      value: { action: { call: { responseTimeoutSeconds: 7 } } },
    });
  });

  test.each(['a', "it's-1", 'JOBSAMPLE', 'a'.repeat(64)])('the id %s', (jobId) => {
    expect(parseJobRequest(jobId, { ...TWIN_JOB, jobId })).toMatchObject({ ok: true, value: { jobId } });
  });
});

describe('a job is refused', () => {
  test.each<[string, string, JsonValue]>([
    ['that is no object', 'ArgumentInvalid', [TWIN_JOB]],
    ['whose id differs from the path', 'ArgumentInvalid', { ...TWIN_JOB, jobId: 'j-2' }],
    ['without a type', 'GenericBadRequest', { ...TWIN_JOB, type: null }],
    ['by the type of 2016 for twins', 'GenericBadRequest', { ...TWIN_JOB, type: 'scheduleTwinUpdate' }],
    [
      'by the type of 2016 for methods',
      'GenericBadRequest',
      { ...METHOD_JOB, type: 'scheduleDirectRequest' },
    ],
    ['without its twin', 'ArgumentNull', { ...TWIN_JOB, updateTwin: null }],
    ['whose twin is no object', 'ArgumentInvalid', { ...TWIN_JOB, updateTwin: 'x' }],
    ['whose twin has no etag', 'PreconditionFailed', { ...TWIN_JOB, updateTwin: { tags: {} } }],
    [
      'whose twin has an etag of its own',
      'PreconditionFailed',
      { ...TWIN_JOB, updateTwin: { tags: {}, etag: 'AAAAAAAAAAE=' } },
    ],
    ['without its method', 'ArgumentNull', { ...METHOD_JOB, cloudToDeviceMethod: null }],
    ['whose method has no name', 'ArgumentNull', { ...METHOD_JOB, cloudToDeviceMethod: {} }],
    [
      'whose method waits longer for the device than altogether',
      'ArgumentInvalid',
      {
        ...METHOD_JOB,
        cloudToDeviceMethod: { methodName: 'a', responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 20 },
      },
    ],
    ['without a condition', 'ArgumentNull', { ...TWIN_JOB, queryCondition: null }],
    ['with an empty condition', 'ArgumentNull', { ...TWIN_JOB, queryCondition: ' ' }],
    ['whose condition is no text', 'ArgumentInvalid', { ...TWIN_JOB, queryCondition: 1 }],
    ['whose start is no time', 'ArgumentInvalid', { ...TWIN_JOB, startTime: 'tomorrow' }],
    ['with a negative time limit', 'ArgumentInvalid', { ...TWIN_JOB, maxExecutionTimeInSeconds: -1 }],
  ])('%s', (_title, name, body) => {
    expect(parseJobRequest('j-1', body)).toMatchObject({ ok: false, error: { name } });
  });

  test.each(['', 'a_b', 'a b', 'a/b', 'é', 'a'.repeat(65)])('by the id %j', (jobId) => {
    expect(parseJobRequest(jobId, { ...TWIN_JOB, jobId })).toMatchObject({
      error: { name: 'ArgumentInvalid' },
    });
  });

  test('although its condition is no query, only when it runs', () => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, queryCondition: 'SELECT nonsense' })).toMatchObject({
      ok: true,
    });
  });
});

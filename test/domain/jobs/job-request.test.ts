import { describe, expect, it } from 'vitest';
import { parseJobRequest } from '../../../emulator/domain/jobs/job-request.ts';
import { type JsonObject, type JsonValue, NumberText } from '../../../emulator/domain/json.ts';

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

describe('a job request', () => {
  it('is parsed with a twin update and ignores its reported properties', () => {
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

  it('is parsed with a direct method', () => {
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

  it.each<[string, JsonObject, object]>([
    ['a start time of null, as the Node client sends it', { startTime: null }, { startUtc: undefined }],
    ['an empty start time', { startTime: '' }, { startUtc: undefined }],
    [
      'a start time without a zone, as the Azure CLI sends it',
      { startTime: '2025-03-01T11:00:00.123456' },
      { startUtc: Date.UTC(2025, 2, 1, 11, 0, 0, 123) },
    ],
    ['no time limit', { maxExecutionTimeInSeconds: null }, { maximumExecutionSeconds: 3600 }],
    ['a type in a different case', { Type: 'ScheduleUpdateTwin', type: 'ScheduleUpdateTwin' }, {}],
    ['a type that is a number', { type: 4 }, { action: { type: 'scheduleUpdateTwin' } }],
    ['a type that is a number in a string', { type: '4' }, { action: { type: 'scheduleUpdateTwin' } }],
    ['a time limit in a string', { maxExecutionTimeInSeconds: '60' }, { maximumExecutionSeconds: 60 }],
    ['a time limit of " 60"', { maxExecutionTimeInSeconds: ' 60' }, { maximumExecutionSeconds: 60 }],
    ['an empty time limit', { maxExecutionTimeInSeconds: '' }, { maximumExecutionSeconds: 3600 }],
    ['a time limit of "0"', { maxExecutionTimeInSeconds: '0' }, { maximumExecutionSeconds: 3600 }],
    ['a condition that is a boolean', { queryCondition: true }, { condition: 'true' }],
    [
      'twin values that are not converted',
      { updateTwin: { etag: '*', tags: { a: '30' }, properties: { desired: { b: 'true' } } } },
      { action: { patch: { tags: { a: '30' }, desired: { b: 'true' } } } },
    ],
    ['no id in the body', { jobId: null }, { jobId: 'j-1' }],
  ])('is parsed with %s', (_title, members, expected) => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, ...members })).toMatchObject({ ok: true, value: expected });
  });

  it('is parsed with the older name of the response timeout', () => {
    const cloudToDeviceMethod = { methodName: 'blink', timeoutInSeconds: 7 };
    expect(parseJobRequest('j-1', { ...METHOD_JOB, cloudToDeviceMethod })).toMatchObject({
      value: { action: { call: { responseTimeoutSeconds: 7 } } },
    });
  });

  it('is parsed with the default timeout if the older name has the value 0', () => {
    const cloudToDeviceMethod = { methodName: 'blink', timeoutInSeconds: 0 };
    expect(parseJobRequest('j-1', { ...METHOD_JOB, cloudToDeviceMethod })).toMatchObject({
      value: { action: { call: { responseTimeoutSeconds: 30 }, echo: cloudToDeviceMethod } },
    });
  });

  it('is parsed with a direct method whose typed members are converted, also in the job document', () => {
    const cloudToDeviceMethod = {
      MethodName: 5,
      payload: { n: '3' },
      responseTimeoutInSeconds: '20',
      connectTimeoutInSeconds: ' 10',
      timeoutInSeconds: '',
    };
    expect(parseJobRequest('j-1', { ...METHOD_JOB, type: 3, cloudToDeviceMethod })).toMatchObject({
      value: {
        action: {
          call: { name: '5', payload: '{"n":"3"}', responseTimeoutSeconds: 20, connectTimeoutSeconds: 10 },
          echo: {
            MethodName: '5',
            payload: { n: '3' },
            responseTimeoutInSeconds: 20,
            connectTimeoutInSeconds: 10,
            timeoutInSeconds: null,
          },
        },
      },
    });
  });

  it('is parsed with the older timeout "0", which is the default', () => {
    const cloudToDeviceMethod = { methodName: 'blink', timeoutInSeconds: '0' };
    expect(parseJobRequest('j-1', { ...METHOD_JOB, cloudToDeviceMethod })).toMatchObject({
      value: { action: { call: { responseTimeoutSeconds: 30 }, echo: { timeoutInSeconds: 0 } } },
    });
  });

  it('is parsed with an id that is a number', () => {
    expect(parseJobRequest('5', { ...TWIN_JOB, jobId: 5 })).toMatchObject({ value: { jobId: '5' } });
  });

  it.each(['a', "it's-1", 'JOBSAMPLE', 'a'.repeat(64)])('is parsed with the id %s', (jobId) => {
    expect(parseJobRequest(jobId, { ...TWIN_JOB, jobId })).toMatchObject({ ok: true, value: { jobId } });
  });
});

describe('an invalid job request', () => {
  it.each<[string, string, JsonValue]>([
    ['it is not an object', 'ArgumentInvalid', [TWIN_JOB]],
    ['its id differs from the path', 'ArgumentInvalid', { ...TWIN_JOB, jobId: 'j-2' }],
    ['its type is missing', 'GenericBadRequest', { ...TWIN_JOB, type: null }],
    [
      'its type is the one of 2016 for twins',
      'GenericBadRequest',
      { ...TWIN_JOB, type: 'scheduleTwinUpdate' },
    ],
    [
      'its type is the one of 2016 for methods',
      'GenericBadRequest',
      { ...METHOD_JOB, type: 'scheduleDirectRequest' },
    ],
    ['its twin is missing', 'ArgumentNull', { ...TWIN_JOB, updateTwin: null }],
    ['its twin is not an object', 'ArgumentInvalid', { ...TWIN_JOB, updateTwin: 'x' }],
    ['its twin has no etag', 'ArgumentInvalid', { ...TWIN_JOB, updateTwin: { tags: {} } }],
    [
      'its twin has an etag other than *',
      'ArgumentInvalid',
      { ...TWIN_JOB, updateTwin: { tags: {}, etag: 'AAAAAAAAAAE=' } },
    ],
    ['its method is missing', 'ArgumentNull', { ...METHOD_JOB, cloudToDeviceMethod: null }],
    ['its method has no name', 'ArgumentNull', { ...METHOD_JOB, cloudToDeviceMethod: {} }],
    [
      'the connect timeout of its method exceeds the response timeout',
      'ArgumentInvalid',
      {
        ...METHOD_JOB,
        cloudToDeviceMethod: { methodName: 'a', responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 20 },
      },
    ],
    ['its condition is missing', 'ArgumentNull', { ...TWIN_JOB, queryCondition: null }],
    ['its condition is blank', 'ArgumentNull', { ...TWIN_JOB, queryCondition: ' ' }],
    ['its condition is an object', 'ArgumentInvalid', { ...TWIN_JOB, queryCondition: {} }],
    [
      'its condition has 8,201 characters',
      'PreconditionFailed',
      { ...TWIN_JOB, queryCondition: 'x'.repeat(8201) },
    ],
    ['its start time is invalid', 'ArgumentInvalid', { ...TWIN_JOB, startTime: 'tomorrow' }],
    ['its type is a number without a name', 'GenericBadRequest', { ...TWIN_JOB, type: 5 }],
    ['its type is the number of another kind', 'GenericBadRequest', { ...TWIN_JOB, type: 1 }],
    [
      'its time limit is a decimal number',
      'ArgumentInvalid',
      { ...TWIN_JOB, maxExecutionTimeInSeconds: new NumberText('60.0') },
    ],
    [
      'its time limit is a decimal number in a string',
      'ArgumentInvalid',
      { ...TWIN_JOB, maxExecutionTimeInSeconds: '60.0' },
    ],
    ['its time limit is a boolean', 'ArgumentInvalid', { ...TWIN_JOB, maxExecutionTimeInSeconds: true }],
    ['its start time is a number', 'ArgumentInvalid', { ...TWIN_JOB, startTime: 5 }],
    [
      'the etag of its twin is an object',
      'ArgumentInvalid',
      { ...TWIN_JOB, updateTwin: { tags: {}, etag: { '*': '*' } } },
    ],
    ['its time limit is negative', 'ArgumentInvalid', { ...TWIN_JOB, maxExecutionTimeInSeconds: -1 }],
  ])('is refused if %s', (_title, name, body) => {
    expect(parseJobRequest('j-1', body)).toMatchObject({ ok: false, error: { name } });
  });

  it('names the etag that a job needs, as IoT Hub does', () => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, updateTwin: { tags: {} } })).toMatchObject({
      error: { message: expect.stringMatching(/^Missing or invalid etag for job type ScheduleUpdateTwin\./) },
    });
  });

  it('is accepted if its condition has 8,200 characters', () => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, queryCondition: 'x'.repeat(8200) }).ok).toBe(true);
  });

  it.each(['', 'a_b', 'a b', 'a/b', 'é', 'a'.repeat(65)])('is refused if its id is %j', (jobId) => {
    expect(parseJobRequest(jobId, { ...TWIN_JOB, jobId })).toMatchObject({
      error: { name: 'ArgumentInvalid' },
    });
  });

  it('is accepted if its condition is an invalid query', () => {
    expect(parseJobRequest('j-1', { ...TWIN_JOB, queryCondition: 'SELECT nonsense' })).toMatchObject({
      ok: true,
    });
  });
});

import iothub from 'azure-iothub';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type HttpHub, restClientOf, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;
let registry: iothub.Registry;

beforeEach(async () => {
  http = await startHttpHub();
  registry = http.registry();
});
afterEach(() => http[Symbol.asyncDispose]());

describe('a scheduled job', () => {
  beforeEach(() => registry.addDevices(['a', 'b'].map((deviceId) => ({ deviceId }))));

  function jobClient(): iothub.JobClient {
    const client = iothub.JobClient.fromConnectionString(http.connectionString());
    restClientOf(client).setOptions({ http: { agent: http.agent } });
    return client;
  }

  it('updates twins through the Node job client', async () => {
    const client = jobClient();
    const patch = { etag: '*', tags: { job: 1 } };
    const created = (await client.scheduleTwinUpdate('job1', "deviceId IN ['a', 'b']", patch, new Date(), 60))
      .jobStatus;
    expect(created).toMatchObject({ jobId: 'job1', type: 'scheduleUpdateTwin', status: 'queued' });
    const job = await vi.waitUntil(async () => {
      const status = (await client.getJob('job1')).jobStatus;
      return status.status === 'completed' ? status : undefined;
    });
    expect(job).toMatchObject({ deviceJobStatistics: { deviceCount: 2, succeededCount: 2 } });
    expect((await registry.getTwin('b')).responseBody.tags).toEqual({ job: 1 });
    const listed = await client.createQuery('scheduleUpdateTwin', 'completed' as never, 10).next();
    expect(listed.result).toMatchObject([{ jobId: 'job1' }]);
    const rows = await registry
      .createQuery("SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'job1'")
      .next();
    expect(rows.result).toMatchObject([{ deviceId: 'a', status: 'completed' }, { deviceId: 'b' }]);
  });

  it('can be cancelled once before it runs', async () => {
    const client = jobClient();
    const inAnHour = new Date(Date.now() + 3_600_000);
    await client.scheduleDeviceMethod(
      'job1',
      '*',
      { methodName: 'x' } as iothub.DeviceMethodParams,
      inAnHour,
      60,
    );
    expect((await client.cancelJob('job1')).jobStatus.status).toBe('cancelled');
    const again = await client.cancelJob('job1').catch((error) => error);
    expect(again.responseBody).toContain('OperationNotAllowedInCurrentState');
    expect((await http.send('POST', '/jobs/v2/job1/cancel', { body: '' })).status).toBe(405);
  });

  it('has the status "unknown" if it does not exist', async () => {
    const reply = await http.send('GET', '/jobs/v2/nothing');
    expect(reply).toMatchObject({ status: 200, body: { type: 'unknown', status: 'unknown' } });
  });

  it('is created with the timeout 0, as the Go client sends it', async () => {
    const reply = await http.send('PUT', '/jobs/v2/go', {
      body: {
        jobId: 'go',
        type: 'scheduleDeviceMethod',
        cloudToDeviceMethod: { methodName: 'x', payload: {}, timeoutInSeconds: 0 },
        queryCondition: "deviceId = 'a'",
        startTime: '',
        maxExecutionTimeInSeconds: 60,
      },
    });
    expect(reply).toMatchObject({ status: 200, body: { jobId: 'go', status: 'queued' } });
  });

  it('is listed in a bare array with the item type in a header', async () => {
    const reply = await http.send('GET', '/jobs/v2/query?jobType=ScheduleDeviceMethod&jobStatus=Completed');
    expect(reply).toMatchObject({ text: '[]', headers: { 'x-ms-item-type': 'JobResponse' } });
  });
});

describe('import and export jobs', () => {
  it('are an empty list for the Node registry client', async () => {
    expect((await registry.listJobs()).responseBody).toEqual([]);
  });

  it.each(['GET', 'DELETE'])('are JobNotFound for %s, also by the id of a scheduled job', async (method) => {
    const body = { type: 'scheduleUpdateTwin', updateTwin: { etag: '*', tags: {} }, queryCondition: '*' };
    expect((await http.send('PUT', '/jobs/v2/job1', { body })).status).toBe(200);
    const reply = await http.send(method, '/jobs/job1');
    expect(reply).toMatchObject({ status: 404, headers: { 'iothub-errorcode': 'JobNotFound' } });
    expect(reply.body.Message).toContain('ErrorCode:JobNotFound;');
  });
});

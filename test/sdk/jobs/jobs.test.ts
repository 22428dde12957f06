import iotCommon from 'azure-iot-common';
import type { DeviceMethodResponse } from 'azure-iot-device';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent, withAgent } from '../../../harness/clients/wiring.ts';
import type { ProvisionedDevice } from '../../../harness/harness.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { errorOf, failureOf } from '../failures.ts';

let hub: HubWithEmulator;
let jobs: iothub.JobClient;

beforeAll(async () => {
  hub = await startHubWithEmulator({ concurrentJobLimit: 10 });
  jobs = hub.jobClient();
});
afterAll(() => hub[Symbol.asyncDispose]());

const NOW = new Date(0);
const inAnHour = () => new Date(Date.now() + 3_600_000);
const forced = (patch: object) => ({ etag: '*', ...patch }) as never;
const conditionOf = (...devices: readonly ProvisionedDevice[]) =>
  `deviceId IN [${devices.map(({ deviceId }) => `'${deviceId}'`).join(', ')}]`;

let count = 0;
const nextId = () => {
  count += 1;
  return `job-${count}`;
};

/** Polls a job until it has ended, and returns it. */
async function ended(jobId: string, client = jobs) {
  for (;;) {
    const { jobStatus } = await client.getJob(jobId);
    if (['completed', 'failed', 'cancelled'].includes(jobStatus.status)) return jobStatus;
  }
}

async function rowsOf(jobId: string, of = hub): Promise<Record<string, unknown>[]> {
  const query = of.registry().createQuery(`SELECT * FROM devices.jobs WHERE devices.jobs.jobId = '${jobId}'`);
  return (await query.next()).result;
}

describe('twin update job', () => {
  it('is queued, updates the selected twins and reports the result of each device', async () => {
    const devices = [await hub.provision(), await hub.provision()] as const;
    const jobId = nextId();
    const patch = { tags: { floor: 2 }, properties: { desired: { interval: 30 } } };
    const { jobStatus: accepted, response } = await jobs.scheduleTwinUpdate(
      jobId,
      conditionOf(...devices),
      forced(patch),
      NOW,
      60,
    );
    expect(accepted).toEqual({ jobId, type: 'scheduleUpdateTwin', status: 'queued' });
    expect(response.statusCode).toBe(200);
    expect(await ended(jobId)).toMatchObject({
      jobId,
      type: 'scheduleUpdateTwin',
      status: 'completed',
      queryCondition: conditionOf(...devices),
      maxExecutionTimeInSeconds: 60,
      updateTwin: { etag: '*', ...patch },
      startTime: expect.any(String),
      endTime: expect.any(String),
      deviceJobStatistics: {
        deviceCount: 2,
        failedCount: 0,
        succeededCount: 2,
        runningCount: 0,
        pendingCount: 0,
      },
    });
    for (const { deviceId } of devices) {
      const { responseBody: twin } = await hub.registry().getTwin(deviceId);
      expect(twin).toMatchObject({ tags: { floor: 2 }, properties: { desired: { interval: 30 } } });
    }
    expect(await rowsOf(jobId)).toMatchObject(
      devices.map(({ deviceId }) => ({
        deviceId,
        jobId,
        jobType: 'scheduleUpdateTwin',
        status: 'completed',
      })),
    );
  });

  it('sends a desired patch to a connected device', async () => {
    const device = await hub.provision();
    const twin = await (await device.connect()).getTwin();
    const interval = new Promise((resolve) => twin.on('properties.desired.interval', resolve));
    await hub.untilSubscribed(device, 'desiredProperties');
    const patch = forced({ properties: { desired: { interval: 31 } } });
    await jobs.scheduleTwinUpdate(nextId(), conditionOf(device), patch, NOW, 60);
    expect(await interval).toBe(31);
  });

  it('is accepted with an invalid condition and then fails', async () => {
    const jobId = nextId();
    await jobs.scheduleTwinUpdate(jobId, 'SELECT nonsense', forced({}), NOW, 60);
    const job = await ended(jobId);
    expect(job.status).toBe('failed');
    expect(job.failureReason).toContain('SQL query parse failed');
  });

  it('completes if its condition selects no device', async () => {
    const jobId = nextId();
    await jobs.scheduleTwinUpdate(jobId, "deviceId = 'missing'", forced({}), NOW, 60);
    expect(await ended(jobId)).toMatchObject({
      status: 'completed',
      deviceJobStatistics: { deviceCount: 0 },
    });
  });

  it('is refused with another etag than *', async () => {
    expect(await failureOf(jobs.scheduleTwinUpdate(nextId(), '*', { tags: {} }, NOW, 60))).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentInvalid',
    });
  });

  it('runs with a condition of 8,200 characters', async () => {
    const start = "deviceId = 'none' OR deviceId = '";
    const condition = `${start}${'x'.repeat(8200 - start.length - 1)}'`;
    const jobId = nextId();
    await jobs.scheduleTwinUpdate(jobId, condition, forced({}), NOW, 60);
    expect(condition).toHaveLength(8200);
    expect((await ended(jobId)).status).toBe('completed');
  });

  it('is refused with a condition of more than 8,200 characters', async () => {
    const condition = `deviceId = '${'x'.repeat(8200)}'`;
    expect(await failureOf(jobs.scheduleTwinUpdate(nextId(), condition, forced({}), NOW, 60))).toEqual({
      error: 'InvalidEtagError',
      code: 'PreconditionFailed',
    });
  });
});

describe('direct method job', () => {
  it('reports the response of each device and the devices that are not online', async () => {
    await using own = await startHubWithEmulator({ clock: 'manual' });
    const [online, offline] = [await own.provision(), await own.provision()];
    (await online.connect()).onDeviceMethod('blink', (request, response) => {
      void response.send(202, { received: request.payload });
    });
    await own.untilSubscribed(online, 'methods');
    const jobId = nextId();
    const call = { methodName: 'blink', payload: { n: 3 }, responseTimeoutInSeconds: 10 };
    const client = own.jobClient();
    await client.scheduleDeviceMethod(jobId, conditionOf(online, offline), call, NOW, 20);
    own.clock?.advance(1);
    await until(async () => (await client.getJob(jobId)).jobStatus.deviceJobStatistics.succeededCount === 1);
    expect((await client.getJob(jobId)).jobStatus).toMatchObject({
      status: 'running',
      deviceJobStatistics: { deviceCount: 2, runningCount: 1 },
    });
    own.clock?.advance(20_000);
    expect(await ended(jobId, client)).toMatchObject({
      status: 'completed',
      cloudToDeviceMethod: { methodName: 'blink', payload: [...Buffer.from('{"n":3}')] },
      deviceJobStatistics: { deviceCount: 2, succeededCount: 1, failedCount: 1 },
    });
    expect(await rowsOf(jobId, own)).toMatchObject([
      {
        deviceId: online.deviceId,
        status: 'completed',
        outcome: { deviceMethodResponse: { status: 202, payload: { received: { n: 3 } } } },
      },
      { deviceId: offline.deviceId, status: 'failed', error: { code: 'DeviceNotOnline' } },
    ]);
  });

  it('waits for devices that connect while it runs', async () => {
    const device = await hub.provision();
    const jobId = nextId();
    await jobs.scheduleDeviceMethod(jobId, conditionOf(device), { methodName: 'blink' }, NOW, 30);
    (await device.connect()).onDeviceMethod('blink', (_request, response) => void response.send(200));
    expect(await ended(jobId)).toMatchObject({
      status: 'completed',
      deviceJobStatistics: { succeededCount: 1 },
    });
  });

  it('can target modules', async () => {
    const module = await hub.provision({ moduleId: true });
    const answer = (_request: unknown, response: DeviceMethodResponse) => void response.send(200);
    (await module.connect()).onMethod('blink', answer as never);
    await hub.untilSubscribed(module, 'methods');
    const jobId = nextId();
    const condition = `FROM devices.modules WHERE deviceId = '${module.deviceId}'`;
    await jobs.scheduleDeviceMethod(jobId, condition, { methodName: 'blink' }, NOW, 30);
    expect(await ended(jobId)).toMatchObject({ deviceJobStatistics: { succeededCount: 1 } });
    expect(await rowsOf(jobId)).toMatchObject([{ moduleId: module.moduleId, status: 'completed' }]);
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition()));
}

describe('scheduled job', () => {
  it('starts at its start time', async () => {
    await using own = await startHubWithEmulator({ clock: 'manual' });
    const device = await own.provision();
    const client = own.jobClient();
    const jobId = nextId();
    const patch = forced({ tags: { late: true } });
    await client.scheduleTwinUpdate(jobId, conditionOf(device), patch, inAnHour(), 60);
    own.clock?.advance(1000);
    expect((await client.getJob(jobId)).jobStatus.status).toBe('scheduled');
    // The clock advances by one hour in total, because the token of the next request has the machine's time.
    own.clock?.advance(3_600_000);
    expect((await own.registry().getTwin(device.deviceId)).responseBody.tags).toEqual({ late: true });
  });

  it('can be cancelled unless it has ended', async () => {
    const jobId = nextId();
    await jobs.scheduleDeviceMethod(jobId, '*', { methodName: 'blink' }, inAnHour(), 60);
    expect((await jobs.cancelJob(jobId)).jobStatus).toMatchObject({ jobId, status: 'cancelled' });
    const error = await errorOf(jobs.cancelJob(jobId));
    expect(error.message).toContain("Job cannot be cancelled in 'Cancelled' status.");
    expect(await failureOf(jobs.cancelJob(jobId))).toEqual({
      error: 'Error',
      code: 'OperationNotAllowedInCurrentState',
    });
  });

  it('is refused if it starts later than in a week', async () => {
    const tooLate = new Date(Date.now() + 169 * 3_600_000);
    const call = jobs.scheduleTwinUpdate(nextId(), '*', forced({}), tooLate, 60);
    await expect(call).rejects.toThrow('Must be within 168 hours');
    expect(await failureOf(call)).toMatchObject({ error: 'ArgumentError' });
  });

  it('uses the only slot of a hub with one active job', async () => {
    await using own = await startHubWithEmulator();
    const client = own.jobClient();
    await client.scheduleTwinUpdate('first', '*', forced({}), inAnHour(), 60);
    expect(await failureOf(client.scheduleTwinUpdate('second', '*', forced({}), NOW, 60))).toEqual({
      error: 'ThrottlingError',
      code: 'ThrottlingMaxActiveJobCountExceeded',
    });
    await client.cancelJob('first');
    await client.scheduleTwinUpdate('second', '*', forced({}), NOW, 60);
    expect(await ended('second', client)).toMatchObject({ status: 'completed' });
  });
});

describe('JobClient', () => {
  it('lists jobs by type and status in pages', async () => {
    await using own = await startHubWithEmulator({ concurrentJobLimit: 10 });
    const client = own.jobClient();
    for (const jobId of ['a', 'b', 'c']) {
      await client.scheduleTwinUpdate(jobId, '*', forced({}), NOW, 60);
      await ended(jobId, client);
    }
    await client.scheduleDeviceMethod('d', '*', { methodName: 'blink' }, inAnHour(), 60);
    const query = client.createQuery('scheduleUpdateTwin', undefined, 2);
    const pages: string[][] = [];
    while (query.hasMoreResults) {
      const { result, message } = await query.next(query.continuationToken);
      expect(message.headers['x-ms-item-type']).toBe('JobResponse');
      pages.push(result.map(({ jobId }: { jobId: string }) => jobId));
    }
    expect(pages).toEqual([['a', 'b'], ['c']]);
    expect((await client.createQuery(undefined, 'scheduled').next()).result).toMatchObject([{ jobId: 'd' }]);
    expect((await client.createQuery().next()).result).toHaveLength(4);
  });

  it('returns the status unknown for a missing job and cannot cancel it', async () => {
    expect((await jobs.getJob('missing')).jobStatus).toMatchObject({ type: 'unknown', status: 'unknown' });
    expect(await failureOf(jobs.cancelJob('missing'))).toEqual({ error: 'Error', code: 'JobNotFound' });
  });

  it('cannot use an existing or invalid job id', async () => {
    const jobId = nextId();
    await jobs.scheduleTwinUpdate(jobId, '*', forced({}), NOW, 60);
    expect(await failureOf(jobs.scheduleTwinUpdate(jobId, '*', forced({}), NOW, 60))).toEqual({
      error: 'DeviceAlreadyExistsError',
      code: 'JobAlreadyExists',
    });
    expect(await failureOf(jobs.scheduleTwinUpdate('a b', '*', forced({}), NOW, 60))).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentInvalid',
    });
  });

  it('requires the RegistryWrite permission', async () => {
    const other = hub.jobClient(hub.connectionStringOf('service'));
    for (const call of [
      other.scheduleTwinUpdate(nextId(), '*', forced({}), NOW, 60),
      other.getJob('any'),
      other.createQuery().next(),
      other.cancelJob('any'),
    ]) {
      expect(await failureOf(call)).toEqual({
        error: 'UnauthorizedError',
        code: 'IotHubUnauthorizedAccess',
      });
    }
  });
});

describe('Registry', () => {
  it('lists no import and export job, and finds none', async () => {
    const registry = hub.registry();
    expect((await registry.listJobs()).responseBody).toEqual([]);
    const notFound = { error: 'Error', code: 'JobNotFound' };
    expect(await failureOf(registry.getJob('none'))).toEqual(notFound);
    expect(await failureOf(registry.cancelJob('none'))).toEqual(notFound);
  });
});

describe('JobClient credentials', () => {
  const agent = () => createAgent({ ...hub.emulator, hostName: hub.hostName });

  it('are a connection string, a SAS token or a Microsoft Entra credential', async () => {
    const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
    const expiry = Math.floor(Date.now() / 1000) + 60;
    const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'registryReadWrite', key, expiry);
    const getToken = async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 });
    for (const client of [
      iothub.JobClient.fromConnectionString(hub.connectionString),
      iothub.JobClient.fromSharedAccessSignature(token.toString()),
      iothub.JobClient.fromTokenCredential(hub.hostName, { getToken }),
    ]) {
      expect((await withAgent(client, agent()).getJob('missing')).jobStatus.status).toBe('unknown');
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: {} });
});
afterAll(() => http[Symbol.asyncDispose]());

describe('a typed member of a service body', () => {
  it('is converted in a device', async () => {
    const body = '{"deviceId":5,"status":1,"statusReason":1.0,"capabilities":{"iotEdge":"true"}}';
    expect(await http.send('PUT', '/devices/5', { body })).toMatchObject({
      status: 200,
      body: { deviceId: '5', status: 'disabled', statusReason: '1.0', capabilities: { iotEdge: true } },
    });
  });

  it('is converted in a module', async () => {
    const body = { moduleId: 7, managedBy: 8, authentication: { type: '2' } };
    expect(await http.send('PUT', '/devices/d/modules/7', { body })).toMatchObject({
      status: 200,
      body: { managedBy: '8', authentication: { type: 'certificateAuthority' } },
    });
  });

  it('is converted in a bulk request', async () => {
    const body = [{ id: 9, importMode: '1', status: 1, capabilities: { iotEdge: 'false' } }];
    expect((await http.send('POST', '/devices', { body })).body).toMatchObject({ isSuccessful: true });
    expect((await http.send('GET', '/devices/9')).body).toMatchObject({ deviceId: '9', status: 'disabled' });
  });

  it('is converted in a job', async () => {
    const body = {
      jobId: 'typed',
      type: 3,
      cloudToDeviceMethod: { methodName: 'a', payload: '30', responseTimeoutInSeconds: '20' },
      queryCondition: "deviceId = 'nobody'",
      startTime: new Date(Date.now() + 3_600_000).toISOString(),
      maxExecutionTimeInSeconds: '60',
    };
    expect((await http.send('PUT', '/jobs/v2/typed', { body })).status).toBe(200);
    expect((await http.send('GET', '/jobs/v2/typed')).body).toMatchObject({
      type: 'scheduleDeviceMethod',
      maxExecutionTimeInSeconds: 60,
      cloudToDeviceMethod: { payload: [...Buffer.from('"30"')], responseTimeoutInSeconds: 20 },
    });
  });

  it('is converted in the timeouts of a digital twin command', async () => {
    const invoke = (seconds: string) =>
      http.send('POST', `/digitaltwins/d/commands/a?responseTimeoutInSeconds=${seconds}`);
    expect((await invoke('30')).status).toBe(404);
    expect((await invoke('')).status).toBe(404);
    expect((await invoke('%2030')).status).toBe(404);
    expect((await invoke('30.0')).status).toBe(400);
  });

  it('is converted in a query', async () => {
    const reply = await http.send('POST', '/devices/query', { body: { query: 5 } });
    expect(reply).toMatchObject({ status: 400, headers: { 'iothub-errorcode': 'ArgumentInvalid' } });
    expect(reply.text).not.toContain('must be a text');
  });

  it.each<[string, unknown]>([
    ['an object as a string', { statusReason: {} }],
    ['a decimal number as an enumeration', '{"status":1.0}'],
    ['a number in a string as a boolean', { capabilities: { iotEdge: '1' } }],
  ])('is refused if it cannot be converted: %s', async (_title, body) => {
    const reply = await http.send('PUT', '/devices/refused', { body });
    expect(reply).toMatchObject({ status: 400, headers: { 'iothub-errorcode': 'ArgumentInvalid' } });
  });
});

describe('free JSON in a service body', () => {
  it('is never converted', async () => {
    const free = '{"text":"30","flag":"true","number":30,"exact":1.0,"list":["5",5]}';
    const body = `{"tags":${free},"properties":{"desired":${free}}}`;
    const twin = await http.send('PATCH', '/twins/d', { body });
    expect(twin.text).toContain(`"tags":${free},`);
    expect(twin.text).toContain(`"desired":${free.slice(0, -1)},"$metadata"`);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { clientToken } from '../https-client.ts';

let http: HttpHub;
let key: string;

beforeAll(async () => {
  http = await startHttpHub();
  const device = await http.send('PUT', '/devices/d', { body: {} });
  key = device.body.authentication.symmetricKey.primaryKey;
});
afterAll(() => http[Symbol.asyncDispose]());

describe('a service body that is almost JSON', () => {
  it.each<[string, string, string, string, object | readonly object[]]>([
    [
      'a device',
      'PUT',
      '/devices/created',
      "{deviceId: 'created', status: 'disabled',}",
      { status: 'disabled' },
    ],
    [
      'a module',
      'PUT',
      '/devices/d/modules/m',
      "{moduleId: 'm', managedBy: 'me'} // new",
      { managedBy: 'me' },
    ],
    ['devices in bulk', 'POST', '/devices', "[{id: 'bulk', importMode: 'create',},]", { isSuccessful: true }],
    [
      'a query',
      'POST',
      '/devices/query',
      '{query: "SELECT deviceId FROM devices WHERE deviceId = \'d\'"}',
      [{}],
    ],
    [
      'a request for keys',
      'POST',
      '/devices/keys/regenerate?api-version=2024-03-31',
      "{policyKey: 'both', devices: [{id: 'd', moduleId: 'm'}]}",
      { policyKey: 'both' },
    ],
    [
      'a job',
      'PUT',
      '/jobs/v2/tolerant',
      "{jobId: 'tolerant', type: 'scheduleUpdateTwin', updateTwin: {etag: '*', tags: {}}, queryCondition: '*'}",
      { jobId: 'tolerant' },
    ],
  ])('is accepted as %s', async (_title, method, path, body, expected) => {
    expect(await http.send(method, path, { body })).toMatchObject({ status: 200, body: expected });
  });

  it('is accepted as a twin, whose values keep their types and the text of their numbers', async () => {
    const body = `{
      tags: {floor: '30', exact: 1.0, /* not a number */ big: 1234567890.123456789, flag: 'true'},
      'properties': {"desired": {limit: 5, list: ["30", '5', 5,],}},
    }`;
    const twin = await http.send('PATCH', '/twins/d', { body });
    expect(twin.text).toContain(
      '"tags":{"floor":"30","exact":1.0,"big":1234567890.123456789,"flag":"true"},',
    );
    expect(twin.text).toContain('"desired":{"limit":5,"list":["30","5",5],');
  });

  it('is accepted as the patch of a digital twin', async () => {
    const body = "[{op: 'add', path: '/brightness', value: '30'},]";
    expect(await http.send('PATCH', '/digitaltwins/d', { body })).toMatchObject({ status: 202 });
    expect((await http.send('GET', '/twins/d')).body.properties.desired.brightness).toBe('30');
  });

  it.each([
    ['truncated', "{deviceId: 'd'"],
    ['followed by a copy', '{"deviceId":"d"}{"deviceId":"d"}'],
    ['NaN', '{statusReason: NaN}'],
    ['a hexadecimal number', '{statusReason: 0x10}'],
    ['a number with a plus', '{statusReason: +1}'],
  ])('is refused if it is %s', async (_title, body) => {
    const reply = await http.send('PUT', '/devices/d', { body, headers: { 'If-Match': '*' } });
    expect(reply).toMatchObject({ status: 400, headers: { 'iothub-errorcode': 'ArgumentInvalid' } });
    expect(reply.text).toContain('not valid JSON');
  });

  it('has at most 64 KB', async () => {
    const bodyOf = (bytes: number) => `{tags: {}}${' '.repeat(bytes - 10)}`;
    expect((await http.send('PATCH', '/twins/d', { body: bodyOf(65_536) })).status).toBe(200);
    expect((await http.send('PATCH', '/twins/d', { body: bodyOf(65_537) })).status).toBe(400);
    expect((await http.send('PATCH', '/twins/d', { body: `{"tags": {}}${' '.repeat(65_536)}` })).status).toBe(
      200,
    );
  });
});

describe('the body of a device that is almost JSON', () => {
  it('is refused as a batch of messages', async () => {
    const sendBatch = (body: string) =>
      http.send('POST', '/devices/d/messages/events', {
        authorization: clientToken('d', key),
        headers: { 'Content-Type': 'application/vnd.microsoft.iothub.json' },
        body,
      });
    expect((await sendBatch('[{"body":"MQ=="}]')).status).toBe(204);
    expect((await sendBatch("[{body:'MQ=='}]")).status).toBe(400);
    expect((await sendBatch('[{"body":"MQ=="},]')).status).toBe(400);
  });
});

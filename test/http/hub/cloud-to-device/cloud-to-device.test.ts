import { once } from 'node:events';
import iotDevice from 'azure-iot-device';
import iotDeviceHttp from 'azure-iot-device-http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../emulator/clocks/manual-clock.ts';
import type { DeviceId, ModuleId } from '../../../../emulator/domain/identities/client-identity.ts';
import type { MessageProperties } from '../../../../emulator/domain/messages/message.ts';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';
import { clientToken, HOST_NAME, type Reply } from '../../https-client.ts';

const MESSAGE = { body: Buffer.from('x'), ack: 'none', properties: { system: {}, application: {} } } as const;

let http: HttpHub;
let clock: ManualClock;
let key: string;

beforeEach(async () => {
  clock = createManualClock(Date.now());
  http = await startHttpHub({ clock });
  const device = await http.send('PUT', '/devices/d', { body: {} });
  key = device.body.authentication.symmetricKey.primaryKey;
});
afterEach(() => http[Symbol.asyncDispose]());

const ask = (method: string, path: string, options: object = {}): Promise<Reply> =>
  http.send(method, `/devices/d/messages/${path}`, { authorization: clientToken('d', key), ...options });

const receive = () => ask('GET', 'deviceBound');
const lockTokenOf = (reply: Reply) => reply.headers['etag']?.slice(1, -1) ?? '';

function sendToDevice(body: string, properties: Partial<MessageProperties> = {}): void {
  const sent = http.hub.cloudToDevice.sendMessage(
    { deviceId: 'd' as DeviceId },
    {
      body: Buffer.from(body),
      properties: { system: {}, application: {}, ...properties },
      ack: 'full',
    },
  );
  expect(sent.ok).toBe(true);
}

describe('a device that receives messages', () => {
  it('gets 204 without a body if there is none', async () => {
    expect(await receive()).toMatchObject({ status: 204, text: '', headers: { 'content-length': '0' } });
  });

  it('gets 200 with the bytes, a lock token in quotes, and every property by the name that clients read', async () => {
    sendToDevice('hello', {
      system: {
        messageId: 'm1',
        correlationId: 'c1',
        userId: 'u1',
        contentType: 'text/plain',
        contentEncoding: 'utf-8',
      },
      application: { Colour: 'red', 'with space': 'grün\n' },
    });
    const reply = await receive();
    expect(reply).toMatchObject({ status: 200, text: 'hello' });
    expect(reply.headers['etag']).toMatch(/^"[^"]+"$/);
    expect(Object.keys(reply.headers)).toEqual(
      expect.arrayContaining(['iothub-enqueuedtime', 'iothub-sequencenumber', 'iothub-expiry']),
    );
    expect(reply.headers).toMatchObject({
      'iothub-messageid': 'm1',
      'iothub-correlationid': 'c1',
      'iothub-userid': 'u1',
      'iothub-to': '/devices/d/messages/devicebound',
      'iothub-ack': 'full',
      'iothub-deliverycount': '0',
      contenttype: 'text/plain',
      contentencoding: 'utf-8',
      'iothub-app-colour': 'red',
      'iothub-app-with%20space': 'gr%C3%BCn%0A',
    });
    expect(reply.rawHeaders).toEqual(
      expect.arrayContaining(['ContentType', 'ContentEncoding', 'iothub-app-Colour']),
    );
    expect(reply.headers['content-type']).toBeUndefined();
  });

  it.each<[string, (token: string) => Promise<Reply>, string]>([
    ['completes', (token) => ask('DELETE', `devicebound/${token}`), 'Success'],
    [
      'completes, as the .NET client does,',
      (token) => ask('DELETE', `deviceBound/${token}`, { headers: { 'If-Match': `"${token}"` } }),
      'Success',
    ],
    [
      'rejects, as the Node client does,',
      (token) => ask('DELETE', `devicebound/${token}?api-version=2021-04-12&reject`),
      'Rejected',
    ],
    [
      'rejects, as the Azure CLI does,',
      (token) => ask('DELETE', `deviceBound/${token}?reject=&api-version=2021-04-12`),
      'Rejected',
    ],
    [
      'rejects, as the Java client does,',
      (token) => ask('DELETE', `devicebound/${token}?api-version=2020-09-30&%3Freject=true`),
      'Rejected',
    ],
  ])('%s them', async (_title, settle, statusCode) => {
    sendToDevice('one', { system: { messageId: 'm1' } });
    const token = lockTokenOf(await receive());
    expect(await settle(token)).toMatchObject({ status: 204, text: '' });
    expect((await receive()).status).toBe(204);
    const feedback = await http.send('GET', '/messages/serviceBound/feedback');
    expect(JSON.parse(feedback.text)).toMatchObject([{ originalMessageId: 'm1', statusCode, deviceId: 'd' }]);
    const again = await settle(token);
    expect(again).toMatchObject({ status: 412, headers: { 'iothub-errorcode': 'DeviceMessageLockLost' } });
  });

  it('abandons them, which counts as a delivery, also with the body that the Java client sends', async () => {
    sendToDevice('one');
    const token = lockTokenOf(await receive());
    expect((await ask('POST', `devicebound/${token}/abandon`, { body: 'x' })).status).toBe(204);
    const again = await receive();
    expect(again).toMatchObject({ text: 'one', headers: { 'iothub-deliverycount': '1' } });
    expect(lockTokenOf(again)).not.toBe(token);
  });

  it('loses a lock after a minute', async () => {
    sendToDevice('one');
    const token = lockTokenOf(await receive());
    expect((await receive()).status).toBe(204);
    clock.advance(60_001);
    expect((await ask('DELETE', `devicebound/${token}`)).status).toBe(412);
    expect((await receive()).text).toBe('one');
  });
});

describe('a back end', () => {
  it('sends a message over HTTPS, as Azure IoT Explorer does', async () => {
    const headers = { 'iothub-app-Colour': 'red', 'iothub-messageid': 'm1', 'iothub-ack': 'positive' };
    const sent = await http.send('POST', '/devices%2Fd%2Fmessages%2FdeviceBound', {
      policy: 'service',
      headers,
      body: 'hi',
    });
    expect(sent).toMatchObject({ status: 204, text: '' });
    expect(await receive()).toMatchObject({
      text: 'hi',
      headers: { 'iothub-app-colour': 'red', 'iothub-messageid': 'm1', 'iothub-ack': 'positive' },
    });
  });

  it('sends a message without iothub-ack, which the device receives as none', async () => {
    await http.send('POST', '/devices/d/messages/devicebound', {
      body: 'hi',
      headers: { 'iothub-app-a': '' },
    });
    expect(await receive()).toMatchObject({
      text: 'hi',
      headers: { 'iothub-ack': 'none', 'iothub-app-a': '' },
    });
  });

  it('gets an error if the queue is full', async () => {
    for (let count = 0; count < 50; count++) sendToDevice(String(count));
    const refused = await http.send('POST', '/devices/d/messages/devicebound', { body: 'x' });
    expect(refused).toMatchObject({
      status: 403,
      headers: { 'iothub-errorcode': 'DeviceMaximumQueueDepthExceeded' },
    });
    expect(refused.body.Message.split(';')).toHaveLength(2);
  });

  it('purges the queue', async () => {
    sendToDevice('one');
    sendToDevice('two');
    const purged = await http.send('DELETE', '/devices/d/commands');
    expect(purged).toMatchObject({
      status: 200,
      text: '{"deviceId":"d","moduleId":null,"totalMessagesPurged":2}',
    });
    expect((await receive()).status).toBe(204);
  });

  it.each([
    ['GET', 'deviceBound'],
    ['DELETE', 'deviceBound/token'],
    ['POST', 'deviceBound/token/abandon'],
  ])('gets 404 for %s %s of a module, whose messages arrive over MQTT only', async (method, path) => {
    const module = await http.send('PUT', '/devices/d/modules/m', { body: {} });
    http.hub.cloudToDevice.sendMessage({ deviceId: 'd' as DeviceId, moduleId: 'm' as ModuleId }, MESSAGE);
    const authorization = clientToken('d/m', module.body.authentication.symmetricKey.primaryKey);
    const reply = await http.send(method, `/devices/d/modules/m/messages/${path}`, { authorization });
    expect(reply.status).toBe(404);
    expect((await http.send('GET', '/devices/d/modules/m')).body.cloudToDeviceMessageCount).toBe(1);
    expect((await http.send('GET', '/devices/d')).body.cloudToDeviceMessageCount).toBe(0);
  });

  it('finds the number of queued messages in the identity', async () => {
    sendToDevice('one');
    expect((await http.send('GET', '/devices/d')).body.cloudToDeviceMessageCount).toBe(1);
  });

  it('receives, abandons and completes feedback', async () => {
    expect((await http.send('GET', '/messages/servicebound/feedback')).status).toBe(204);
    sendToDevice('one');
    await ask('DELETE', `devicebound/${lockTokenOf(await receive())}`);
    const batch = await http.send('GET', '/messages/serviceBound/feedback');
    expect(batch.status).toBe(200);
    expect(batch.headers['content-type']).toBe('application/vnd.microsoft.iothub.feedback.json');
    const path = `/messages/serviceBound/feedback/${lockTokenOf(batch)}`;
    expect((await http.send('POST', `${path}/abandon`)).status).toBe(204);
    const again = await http.send('GET', '/messages/serviceBound/feedback');
    const token = lockTokenOf(again);
    expect((await http.send('DELETE', `/messages/serviceBound/feedback/${token}`)).status).toBe(204);
    expect((await http.send('GET', '/messages/serviceBound/feedback')).status).toBe(204);
  });
});

describe('the Node device client over HTTPS', () => {
  it('receives a message and completes it', async () => {
    const { Client } = iotDevice;
    const client = Client.fromConnectionString(
      `HostName=${HOST_NAME};DeviceId=d;SharedAccessKey=${key}`,
      iotDeviceHttp.Http,
    );
    const options = { http: { agent: http.agent, receivePolicy: { interval: 0.01 } } };
    await client.setOptions(options as never);
    await client.open();
    sendToDevice('hello', { application: { Colour: 'red' } });
    const [message] = await once(client, 'message', { signal: AbortSignal.timeout(5000) });
    expect(message.getData().toString()).toBe('hello');
    expect(message.properties.getItem(0)).toEqual({ key: 'iothub-app-colour', value: 'red' });
    await client.complete(message);
    expect((await http.send('GET', '/devices/d')).body.cloudToDeviceMessageCount).toBe(0);
    await client.close();
  });
});

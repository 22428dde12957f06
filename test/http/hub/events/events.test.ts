import iotDevice from 'azure-iot-device';
import iotDeviceHttp from 'azure-iot-device-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../../../emulator/certificates/issue.ts';
import type { DeviceEvent } from '../../../../emulator/domain/messages/message.ts';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';
import { clientToken, HOST_NAME, type SendOptions, serviceToken } from '../../https-client.ts';

let http: HttpHub;
let key: string;

beforeAll(async () => {
  http = await startHttpHub();
  const device = await http.send('PUT', '/devices/d', { body: {} });
  key = device.body.authentication.symmetricKey.primaryKey;
  await http.send('PUT', '/devices/d/modules/m', { body: {} });
});
afterAll(() => http[Symbol.asyncDispose]());

/** Sends to the event path of the device and resolves to the first event that the hub then has. */
async function eventOf(options: SendOptions): Promise<DeviceEvent> {
  return (await eventsOf(1, () => sendEvents(options)))[0] as DeviceEvent;
}

async function eventsOf(count: number, send: () => Promise<unknown>): Promise<readonly DeviceEvent[]> {
  const stop = new AbortController();
  const reader = http.hub.events.read({
    deviceId: 'd',
    signal: AbortSignal.any([stop.signal, AbortSignal.timeout(5000)]),
  });
  const sent = send();
  const events: DeviceEvent[] = [];
  for await (const event of reader) if (events.push(event) === count) break;
  await sent;
  stop.abort();
  return events;
}

async function sendEvents(options: SendOptions): Promise<void> {
  const reply = await http.send('POST', '/devices/d/messages/events', {
    authorization: clientToken('d', key),
    ...options,
  });
  expect(reply).toMatchObject({ status: 204, text: '' });
}

const BATCH = { 'Content-Type': 'application/vnd.microsoft.iothub.json' };
const textOf = (event: DeviceEvent | undefined) => Buffer.from(event?.body ?? []).toString();

describe('a single device-to-cloud message', () => {
  it('keeps its body, its system properties and the letter case of its application properties', async () => {
    const event = await eventOf({
      headers: {
        'iothub-app-MixedCase': 'a value',
        'iothub-app-content-type': 'mine',
        'IoTHub-MessageId': 'm1',
        'IoTHub-CorrelationId': 'c1',
        'IoTHub-UserId': 'u1',
        'iothub-contenttype': 'application/json',
        'iothub-contentencoding': 'utf-8',
        'iothub-creation-time-utc': '2026-01-01T00:00:00Z',
        'iothub-messageschema': 's1',
        'iothub-operation': 'd2c',
        'dt-subject': 'thermostat1',
      },
      body: '{"a":1}',
    });
    expect(textOf(event)).toBe('{"a":1}');
    expect(event).toMatchObject({
      deviceId: 'd',
      messageId: 'm1',
      correlationId: 'c1',
      userId: 'u1',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      properties: { MixedCase: 'a value', 'content-type': 'mine' },
    });
    expect(Object.keys(event.properties)).toHaveLength(2);
    expect(event.systemProperties).toMatchObject({
      'iothub-connection-device-id': 'd',
      'dt-subject': 'thermostat1',
      'iothub-creation-time-utc': '2026-01-01T00:00:00Z',
    });
  });

  it('can be empty, and needs no content type', async () => {
    expect(textOf(await eventOf({}))).toBe('');
  });

  it.each([
    ['application/json', 'application/json'],
    ['application/octet-stream', undefined],
    ['binary/octet-stream', undefined],
  ])('maps the header Content-Type %s to the content type %s', async (header, contentType) => {
    const event = await eventOf({ headers: { 'Content-Type': header }, body: 'x' });
    expect(event.contentType).toBe(contentType);
  });

  it('can have 256 KB with its properties, and not a byte more', async () => {
    const authorization = clientToken('d', key);
    const send = (size: number) =>
      http.send('POST', '/devices/d/messages/events', {
        authorization,
        headers: { 'iothub-app-ab': 'cd' },
        body: Buffer.alloc(size),
      });
    expect((await send(262_140)).status).toBe(204);
    const refused = await send(262_141);
    expect(refused.status).toBe(413);
    expect(refused.headers['iothub-errorcode']).toBe('MessageTooLarge');
  });

  it('can be sent with a policy that may connect devices', async () => {
    const event = await eventOf({ authorization: serviceToken('device'), body: 'x' });
    expect(event.systemProperties['iothub-connection-auth-method']).toContain('"scope":"hub"');
  });

  it('does not make the device active', async () => {
    await sendEvents({ body: 'x' });
    const device = await http.send('GET', '/devices/d');
    expect(device.body).toMatchObject({
      connectionState: 'Disconnected',
      lastActivityTime: '0001-01-01T00:00:00Z',
    });
  });

  it('returns 404 for a module, because modules have no such path', async () => {
    const module = await http.send('GET', '/devices/d/modules/m');
    const authorization = clientToken('d/m', module.body.authentication.symmetricKey.primaryKey);
    const reply = await http.send('POST', '/devices/d/modules/m/messages/events', {
      authorization,
      body: 'x',
    });
    expect(reply.status).toBe(404);
    expect((await http.send('POST', '/devices/d/messages/events', { authorization, body: 'x' })).status).toBe(
      401,
    );
  });

  it('needs no token if its device has a certificate', async () => {
    const now = Date.now();
    const authority = await createAuthority(now);
    await using trusting = await startHttpHub({ trustedAuthorities: [authority.certificatePem] });
    await trusting.send('PUT', '/devices/x', { body: { authentication: { type: 'certificateAuthority' } } });
    const issued = await issueCertificate({
      commonName: 'x',
      validFrom: now - 60_000,
      validTo: now + 60_000,
      use: 'client',
      issuer: authority,
    });
    const certificate = { cert: issued.certificatePem, key: issued.keyPem };
    const send = (path: string) =>
      trusting.send('POST', path, { authorization: null, certificate, body: 'x' });
    expect((await send('/devices/x/messages/events')).status).toBe(204);
    expect((await send('/devices/y/messages/events')).status).toBe(401);
  });
});

describe('a batch of messages', () => {
  it('is base64 by default, and names tell system properties from application properties', async () => {
    const [first, second] = await eventsOf(2, () =>
      sendEvents({
        headers: BATCH,
        body: [
          {
            body: Buffer.from('one').toString('base64'),
            properties: { 'iothub-messageid': 'm1', 'iothub-app-Size': '1', 'dt-subject': 'c' },
          },
          { body: 'two ä', base64Encoded: false },
        ],
      }),
    );
    expect(textOf(first)).toBe('one');
    expect(first).toMatchObject({ messageId: 'm1', properties: { Size: '1' } });
    expect(first?.systemProperties['dt-subject']).toBe('c');
    expect(textOf(second)).toBe('two ä');
    expect(second?.properties).toEqual({});
  });

  it('is refused as a whole if one message is malformed', async () => {
    const body = [{ body: 'MQ==' }, { body: 7 }];
    const [event] = await eventsOf(1, async () => {
      const options = { authorization: clientToken('d', key), headers: BATCH, body };
      expect((await http.send('POST', '/devices/d/messages/events', options)).status).toBe(400);
      await sendEvents({ body: 'after' });
    });
    expect(textOf(event)).toBe('after');
  });
});

describe('the Node device client over HTTPS', () => {
  const { Client, Message } = iotDevice;

  it('sends a message and a batch', async () => {
    const client = Client.fromConnectionString(
      `HostName=${HOST_NAME};DeviceId=d;SharedAccessKey=${key}`,
      iotDeviceHttp.Http,
    );
    // The options of the transport apply to its requests, and so does the agent, which has the port.
    await client.setOptions({ http: { agent: http.agent, receivePolicy: { manualPolling: true } } } as never);
    await client.open();
    const single = new Message('single');
    single.properties.add('Colour', 'red');
    single.messageId = 'm1';
    const [first] = await eventsOf(1, () => client.sendEvent(single));
    expect(textOf(first)).toBe('single');
    expect(first).toMatchObject({ messageId: 'm1', properties: { Colour: 'red' } });
    const withProperty = new Message('two');
    withProperty.properties.add('Colour', 'blue');
    const batch = await eventsOf(2, () => client.sendEventBatch([new Message('one'), withProperty]));
    expect(batch.map(textOf)).toEqual(['one', 'two']);
    expect(batch[1]?.properties).toEqual({ Colour: 'blue' });
    const broken = new Message('x');
    broken.properties.add('quote', 'a"b');
    const refused = await client.sendEventBatch([broken]).catch((error: Error) => error.name);
    expect(refused).toBe('ArgumentError');
    await client.close();
  });
});

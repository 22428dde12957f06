import iotCommon from 'azure-iot-common';
import iotDevice from 'azure-iot-device';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transport } from '../../../harness/clients/wiring.ts';
import { type LocalHub, startHub } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';
import { transportsThat } from '../transports.ts';

const { Message } = iotDevice;

let hub: LocalHub;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

type Event = Awaited<ReturnType<LocalHub['untilTelemetry']>>;
const textOf = ({ body }: Event) => Buffer.from(body).toString('utf8');

async function take(events: AsyncIterable<Event>, count: number): Promise<Event[]> {
  const taken: Event[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

function describedMessage(): InstanceType<typeof Message> {
  const message = new Message('{"temperature":21.5}');
  message.messageId = 'id 1/&=';
  message.correlationId = 'cause';
  message.userId = 'me';
  message.contentType = 'application/json';
  message.contentEncoding = 'utf-8';
  message.setAsSecurityMessage();
  message.properties.add('level', 'high & low = ?/+ %');
  message.properties.add('dt-subject', 'thermostat1');
  return message;
}

describe.each(transportsThat('sendTelemetry'))('device over %s', (transport) => {
  it('sends a message with all its properties, and the hub adds those of the sender', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    await client.sendEvent(describedMessage());
    const event = await hub.untilTelemetry(device);
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    expect(textOf(event)).toBe('{"temperature":21.5}');
    expect(event).toMatchObject({
      deviceId: device.deviceId,
      sequenceNumber: expect.any(Number),
      offset: expect.stringMatching(/^\d+$/),
      messageId: 'id 1/&=',
      correlationId: 'cause',
      userId: 'me',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      properties: { level: 'high & low = ?/+ %' },
      systemProperties: {
        'iothub-connection-device-id': device.deviceId,
        'iothub-connection-auth-generation-id': identity.generationId,
        'iothub-message-source': 'Telemetry',
        'iothub-enqueuedtime': event.enqueuedTimeUtc,
        'iothub-interface-id': 'urn:azureiot:Security:SecurityAgent:1',
        'dt-subject': 'thermostat1',
      },
    });
    expect(event.properties).toEqual({ level: 'high & low = ?/+ %' });
    expect(JSON.parse(event.systemProperties['iothub-connection-auth-method'] ?? '')).toMatchObject({
      scope: 'device',
      type: 'sas',
      issuer: 'iothub',
    });
    expect(Date.parse(event.enqueuedTimeUtc)).toBeGreaterThan(Date.now() - 60_000);
    await client.close();
  });

  it.each(['selfSigned', 'certificateAuthority'] as const)(
    'sends with a %s certificate, which the system properties show',
    async (authentication) => {
      const device = await hub.provision({ authentication });
      const client = await device.connect(transport);
      await client.sendEvent(new Message('x'));
      const { systemProperties } = await hub.untilTelemetry(device);
      expect(JSON.parse(systemProperties['iothub-connection-auth-method'] ?? '')).toMatchObject({
        scope: 'device',
        type: 'x509',
      });
      await client.close();
    },
  );

  it.each<[string, Buffer]>([
    ['an empty body', Buffer.alloc(0)],
    ['a binary body', Buffer.from([0, 255, 128, 13, 10, 0])],
    ['a body of nearly the maximum size', Buffer.alloc(256 * 1024 - 1024, 7)],
  ])('sends %s', async (_what, body) => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    await client.sendEvent(new Message(body));
    const event = await hub.untilTelemetry(device);
    expect(Buffer.from(event.body).equals(body)).toBe(true);
    await client.close();
  });

  it('cannot send more than 256 KB', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const tooLarge = new Message(Buffer.alloc(256 * 1024 + 1));
    expect(await failureOf(client.sendEvent(tooLarge))).toMatchObject({ error: 'MessageTooLargeError' });
    await client.close();
  });

  it('sends its messages in order to one partition', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const sent = Array.from({ length: 20 }, (_value, index) => String(index));
    // HTTP requests are independent, so their order is certain only if each waits for the one before.
    if (transport === 'http') for (const text of sent) await client.sendEvent(new Message(text));
    else await Promise.all(sent.map((text) => client.sendEvent(new Message(text))));
    const events = await take(hub.telemetry({ deviceId: device.deviceId, from: 'earliest' }), 20);
    expect(events.map(textOf)).toEqual(sent);
    expect(new Set(events.map(({ partitionId }) => partitionId)).size).toBe(1);
    const numbers = events.map(({ sequenceNumber }) => sequenceNumber);
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    await client.close();
  });

  it('is refused with a wrong key, and the log contains the reason', async () => {
    const device = await hub.provision();
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    const client = await device.createClient(transport);
    client.setRetryPolicy(new iotCommon.NoRetry());
    await hub.registry().update({ deviceId: device.deviceId, status: identity.status });
    const failure = await failureOf(client.sendEvent(new Message('x')));
    expect(failure.error).toBe('UnauthorizedError');
    expect(hub.log.findLast(({ event }) => event === 'client-refused')?.fields).toMatchObject({
      deviceId: device.deviceId,
      reason: 'signature-mismatch',
    });
    await client.close();
  });
});

describe.each(transportsThat('connect'))('telemetry over %s', (transport) => {
  it('contains the model id that the device has announced', async () => {
    const modelId = 'dtmi:com:example:Thermostat;1';
    const device = await hub.provision();
    const client = await device.connect(transport, { modelId });
    await client.sendEvent(new Message('x'));
    expect((await hub.untilTelemetry(device)).systemProperties['dt-dataschema']).toBe(modelId);
    await client.close();
  });

  it('arrives without the expiry and the receiver that the device has set', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const message = new Message('x');
    message.to = '/anywhere';
    message.expiryTimeUtc = new Date();
    await client.sendEvent(message);
    expect((await hub.untilTelemetry(device)).properties).toEqual({});
    await client.close();
  });
});

describe.each(transportsThat('sendModuleTelemetry'))('module over %s', (transport) => {
  it('sends a message with all its properties, and the hub adds those of the sender', async () => {
    const module = await hub.provision({ moduleId: true });
    const client = await module.connect(transport);
    await client.sendEvent(describedMessage());
    expect(await hub.untilTelemetry(module)).toMatchObject({
      deviceId: module.deviceId,
      moduleId: module.moduleId,
      messageId: 'id 1/&=',
      properties: { level: 'high & low = ?/+ %' },
      systemProperties: {
        'iothub-connection-module-id': module.moduleId,
        'iothub-connection-auth-method': expect.stringContaining('"scope":"module"'),
      },
    });
    await client.close();
  });
});

describe.each(transportsThat('sendToOutputs'))('module over %s', (transport) => {
  it('sends to an output, whose name is a system property', async () => {
    const module = await hub.provision({ moduleId: true });
    const client = await module.connect(transport);
    await client.sendOutputEvent('alerts', describedMessage());
    const event = await hub.untilTelemetry(module);
    expect(event.systemProperties).toMatchObject({ 'iothub-outputname': 'alerts' });
    expect(event).toMatchObject({ messageId: 'id 1/&=', properties: { level: 'high & low = ?/+ %' } });
    await client.close();
  });
});

describe.each(transportsThat('sendTelemetryInBatches'))('device over %s', (transport) => {
  const batchOf = (...texts: readonly string[]) => texts.map((text) => new Message(text));

  it('sends a batch, in which each message keeps its properties', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const [first, second] = batchOf('ü1', '2') as [
      InstanceType<typeof Message>,
      InstanceType<typeof Message>,
    ];
    first.properties.add('level', 'high');
    second.properties.add('dt-subject', 'thermostat1');
    await client.sendEventBatch([first, second]);
    const events = await take(hub.telemetry({ deviceId: device.deviceId, from: 'earliest' }), 2);
    expect(events.map(textOf)).toEqual(['ü1', '2']);
    expect(events).toMatchObject([
      { properties: { level: 'high' } },
      { properties: {}, systemProperties: { 'dt-subject': 'thermostat1' } },
    ]);
    await client.close();
  });

  it('cannot send a batch of more than 256 KB, and none of its messages arrives', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const tooLarge = ['a', 'b', 'c'].map(() => new Message(Buffer.alloc(100_000)));
    expect(await failureOf(client.sendEventBatch(tooLarge))).toEqual({
      error: 'MessageTooLargeError',
      code: 'MessageTooLarge',
    });
    await client.sendEvent(new Message('small'));
    expect(textOf(await hub.untilTelemetry(device))).toBe('small');
    await client.close();
  });

  it('cannot send a property with a quote in a batch, because the SDK does not escape it', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const message = new Message('x');
    message.properties.add('level', '"high"');
    expect(await failureOf(client.sendEventBatch([message]))).toEqual({
      error: 'ArgumentError',
      code: 'ArgumentInvalid',
    });
    await client.close();
  });
});

describe('device over HTTP', () => {
  it('is refused if it is disabled', async () => {
    const device = await hub.provision();
    const client = await device.connect('http');
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    await hub.registry().update({ ...identity, status: 'disabled' });
    expect(await failureOf(client.sendEvent(new Message('x')))).toEqual({
      error: 'UnauthorizedError',
      code: 'IotHubUnauthorized',
    });
  });

  it('is never shown as connected', async () => {
    const device = await hub.provision();
    const client = await device.connect('http');
    await client.sendEvent(new Message('x'));
    await hub.untilTelemetry(device);
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    expect(identity).toMatchObject({ connectionState: 'Disconnected' });
    expect(identity.lastActivityTime).toBe('0001-01-01T00:00:00Z');
  });
});

describe('telemetry reader', () => {
  const send = async (on: LocalHub, transport: Transport, ...texts: readonly string[]) => {
    const device = await on.provision();
    const client = await device.connect(transport);
    for (const text of texts) await client.sendEvent(new Message(text));
    return { device, client };
  };

  it('reads new events or all events, of one device or of all devices', async () => {
    await using own = await startHub();
    const { device, client } = await send(own, 'mqtt', '1', '2');
    await send(own, 'http', 'other');
    const fromNow = own.telemetry({ deviceId: device.deviceId });
    await client.sendEvent(new Message('3'));
    expect((await take(fromNow, 1)).map(textOf)).toEqual(['3']);
    const fromStart = own.telemetry({ deviceId: device.deviceId, from: 'earliest' });
    expect((await take(fromStart, 3)).map(textOf)).toEqual(['1', '2', '3']);
    const all = await take(own.telemetry({ from: 'earliest' }), 4);
    expect(all.map(textOf).sort()).toEqual(['1', '2', '3', 'other']);
  });

  it('ends at the abort signal', async () => {
    const stop = new AbortController();
    const reading = take(hub.telemetry({ signal: stop.signal }), 1_000_000);
    stop.abort();
    await expect(reading).resolves.toBeInstanceOf(Array);
  });

  it('reads the hub’s own events only if their sources are requested', async () => {
    await using own = await startHub({
      eventSources: ['twinChangeEvents', 'deviceLifecycleEvents', 'deviceConnectionStateEvents'],
    });
    const { device } = await send(own, 'mqtt', '1');
    await own.registry().updateTwin(device.deviceId, { tags: { floor: 2 } }, '*');
    expect(await take(own.telemetry({ from: 'earliest' }), 1)).toMatchObject([
      { systemProperties: { 'iothub-message-source': 'Telemetry' } },
    ]);
    const sources = ['deviceLifecycleEvents', 'deviceConnectionStateEvents', 'twinChangeEvents'] as const;
    const events = await take(own.telemetry({ from: 'earliest', sources }), 3);
    expect(events.map(({ properties }) => properties['opType'])).toEqual([
      'createDeviceIdentity',
      'deviceConnected',
      'updateTwin',
    ]);
  });

  it('does not find the oldest events after the event log was full, and the log reports it', async () => {
    await using own = await startHub({ partitionCount: 1, eventRetentionBytes: 4000 });
    const texts = Array.from({ length: 40 }, (_value, index) => String(index));
    await send(own, 'mqtt', ...texts);
    const [oldest] = await take(own.telemetry({ from: 'earliest' }), 1);
    expect(Number(textOf(oldest as Event))).toBeGreaterThan(0);
    expect(own.log.find(({ event }) => event === 'events-forgotten')?.fields).toMatchObject({
      partitionId: '0',
    });
  });
});

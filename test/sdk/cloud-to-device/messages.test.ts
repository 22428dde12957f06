import { once } from 'node:events';
import iotDevice, { type Client, type Message } from 'azure-iot-device';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Transport } from '../../../harness/clients/wiring.ts';
import { type LocalHub, type ProvisionedDevice, startHub } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';
import { transportsThat } from '../transports.ts';

let hub: LocalHub;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

/** Over HTTP the SDK polls once a second by default. The other transports ignore this option. */
const FAST_POLLING = { http: { receivePolicy: { interval: 0.02, drain: true } } };

const connect = (device: ProvisionedDevice, transport: Transport) => device.connect(transport, FAST_POLLING);
const textOf = (message: Message) => message.getBytes().toString();
const pendingOf = async ({ deviceId }: ProvisionedDevice, of = hub) =>
  (await of.registry().get(deviceId)).responseBody.cloudToDeviceMessageCount;

/** Collects and completes messages. Resolves after `count` messages. */
function completed(client: Client, count: number): Promise<Message[]> {
  const messages: Message[] = [];
  return new Promise((resolve, reject) => {
    client.on('message', (message: Message) => {
      messages.push(message);
      client.complete(message, (error) => {
        if (error) reject(error);
        else if (messages.length === count) resolve(messages);
      });
    });
  });
}

describe.each(transportsThat('receiveMessages'))('device over %s', (transport) => {
  it('receives and completes a message with its properties, and the service receives feedback', async () => {
    const device = await hub.provision();
    const client = await connect(device, transport);
    const received = completed(client, 1);
    hub.sendMessage(device, {
      body: 'hello ü',
      messageId: 'm 1',
      correlationId: 'c/1',
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      ack: 'full',
      properties: { colour: 'red', empty: 'x=1&y' },
    });
    const [message] = (await received) as [Message];
    expect(textOf(message)).toBe('hello ü');
    expect(message).toMatchObject({
      messageId: 'm 1',
      correlationId: 'c/1',
      to: `/devices/${device.deviceId}/messages/devicebound`,
    });
    // The SDK does not remove the header prefix of the HTTPS API.
    const prefix = transport === 'http' ? 'iothub-app-' : '';
    expect(message.properties.getValue(`${prefix}colour`)).toBe('red');
    expect(message.properties.getValue(`${prefix}empty`)).toBe('x=1&y');
    const feedback = await hub.untilFeedback(device);
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    expect(feedback).toMatchObject({
      originalMessageId: 'm 1',
      statusCode: 'Success',
      description: 'Success',
      deviceId: device.deviceId,
      deviceGenerationId: identity.generationId,
    });
    expect(identity.cloudToDeviceMessageCount).toBe(0);
    await client.close();
  });

  it('receives messages in order that were sent while it was disconnected', async () => {
    const device = await hub.provision();
    for (const text of ['1', '2', '3']) hub.sendMessage(device, text);
    expect(await pendingOf(device)).toBe(3);
    const client = await connect(device, transport);
    expect((await completed(client, 3)).map(textOf)).toEqual(['1', '2', '3']);
    await client.close();
  });

  it('sends and receives with special characters in its id and with nearly the maximum size', async () => {
    const device = await hub.provision({ deviceId: `dev-:.%_*?!(),@$'%41-${transport}` });
    const client = await connect(device, transport);
    await client.sendEvent(new iotDevice.Message('here I am'));
    await hub.untilTelemetry(device);
    const received = completed(client, 1);
    const body = 'x'.repeat(65_000);
    hub.sendMessage(device, { body, properties: { "odd !#$%&'*+-.^_`|~": ';=&%/? ' } });
    const [message] = (await received) as [Message];
    expect(textOf(message) === body).toBe(true);
    await client.close();
  });

  // Not over HTTP: a poll that is pending when the client closes receives and locks the next message for a minute.
  it.runIf(transport !== 'http')(
    'receives messages with a new client that were sent while it was disconnected',
    async () => {
      const device = await hub.provision();
      const client = await connect(device, transport);
      const received = completed(client, 1);
      hub.sendMessage(device, 'before');
      await received;
      await client.close();
      hub.sendMessage(device, 'while away');
      // The persistent session is still subscribed, so the message may arrive right after CONNACK.
      const again = await device.createClient(transport, FAST_POLLING);
      const pending = completed(again, 1);
      await again.open();
      expect((await pending).map(textOf)).toEqual(['while away']);
      await again.close();
    },
  );

  it('receives nothing before it subscribes and after it has unsubscribed', async () => {
    const device = await hub.provision();
    const client = await connect(device, transport);
    hub.sendMessage(device, '1');
    expect(await pendingOf(device)).toBe(1);
    await completed(client, 1);
    client.removeAllListeners('message');
    // The hub acknowledges this event after it has processed the UNSUBSCRIBE.
    await client.sendEvent(new iotDevice.Message('x'));
    hub.sendMessage(device, '2');
    expect(await pendingOf(device)).toBe(1);
    await client.close();
  });

  it('does not receive an expired message, and the service receives feedback', async () => {
    await using own = await startHub({ clock: 'manual' });
    const device = await own.provision();
    const now = own.clock?.now() ?? 0;
    own.sendMessage(device, {
      body: 'short',
      messageId: 'short',
      expiryUtc: isoTime(now + 10_000),
      ack: 'full',
    });
    own.sendMessage(device, { body: 'long', messageId: 'long', ack: 'full' });
    own.clock?.advance(11_000);
    expect(await own.untilFeedback(device)).toMatchObject({
      originalMessageId: 'short',
      statusCode: 'Expired',
    });
    const client = await connect(device, transport);
    expect((await completed(client, 1)).map(textOf)).toEqual(['long']);
    await client.close();
  });

  it('does not receive a purged message, and the service receives feedback', async () => {
    const device = await hub.provision();
    for (const text of ['1', '2']) hub.sendMessage(device, { body: text, messageId: text, ack: 'negative' });
    expect(hub.purgeMessages(device)).toBe(2);
    expect(await hub.untilFeedback(device)).toMatchObject({ originalMessageId: '1', statusCode: 'Purged' });
    hub.sendMessage(device, '3');
    const client = await connect(device, transport);
    expect((await completed(client, 1)).map(textOf)).toEqual(['3']);
    await client.close();
  });
});

function isoTime(unixMilliseconds: number): string {
  return new Date(unixMilliseconds).toISOString();
}

describe.each(transportsThat('abandonAndRejectMessages'))('device over %s', (transport) => {
  const next = async (client: Client) => {
    const [message] = (await once(client, 'message')) as [Message];
    return message;
  };

  it('rejects a message, and the service receives feedback', async () => {
    const device = await hub.provision();
    const client = await connect(device, transport);
    hub.sendMessage(device, { body: 'x', messageId: 'unwanted', ack: 'full' });
    await client.reject(await next(client));
    expect(await hub.untilFeedback(device)).toMatchObject({
      originalMessageId: 'unwanted',
      statusCode: 'Rejected',
      description: 'Message rejected',
    });
    expect(await pendingOf(device)).toBe(0);
    await client.close();
  });

  it('abandons a message and receives it again until the maximum delivery count', async () => {
    await using own = await startHub({ cloudToDevice: { maximumDeliveryCount: 2 } });
    const device = await own.provision();
    const client = await connect(device, transport);
    own.sendMessage(device, { body: 'x', messageId: 'again', ack: 'full' });
    const first = await next(client);
    await client.abandon(first);
    const second = await next(client);
    expect(second.messageId).toBe('again');
    expect(second.lockToken).not.toBe(first.lockToken);
    await client.abandon(second);
    expect(await own.untilFeedback(device)).toMatchObject({
      originalMessageId: 'again',
      statusCode: 'DeliveryCountExceeded',
    });
    await client.close();
  });

  it('receives a message again when its lock has expired, and cannot settle it with the old lock', async () => {
    await using own = await startHub({ clock: 'manual' });
    const device = await own.provision();
    const client = await connect(device, transport);
    own.sendMessage(device, 'x');
    const first = await next(client);
    own.clock?.advance(61_000);
    const second = await next(client);
    for (const settle of [client.complete, client.abandon, client.reject]) {
      expect(await failureOf(settle.call(client, first) as never)).toEqual({
        error: 'Error',
        code: 'DeviceMessageLockLost',
      });
    }
    await client.complete(second);
    expect(await pendingOf(device, own)).toBe(0);
    await client.close();
  });
});

describe('service', () => {
  it('cannot send more than fifty messages to a device', async () => {
    const device = await hub.provision();
    for (let count = 1; count <= 50; count++) hub.sendMessage(device, 'x');
    expect(() => hub.sendMessage(device, 'x')).toThrow(
      expect.objectContaining({ name: 'DeviceMaximumQueueDepthExceeded' }),
    );
  });

  it.each<[string, string, () => void]>([
    ['to a missing device', 'DeviceNotFound', () => hub.sendMessage({ deviceId: 'missing' }, 'x')],
    [
      'to a missing module',
      'ModuleNotFound',
      () => hub.sendMessage({ ...anyDevice, moduleId: 'missing' }, 'x'),
    ],
    ['that is too large', 'MessageTooLarge', () => hub.sendMessage(anyDevice, 'x'.repeat(65_537))],
    [
      'that has expired',
      'InvalidMessageExpiryTime',
      () => hub.sendMessage(anyDevice, { body: 'x', expiryUtc: '2020-01-01T00:00:00Z' }),
    ],
    ['to an input without a subscriber', 'DeviceNotOnline', () => hub.sendToInput(anyModule, 'in', 'x')],
    [
      'to an input of a missing module',
      'ModuleNotFound',
      () => hub.sendToInput({ ...anyDevice, moduleId: 'missing' }, 'in', 'x'),
    ],
  ])('cannot send a message %s', async (_what, name, send) => {
    await hub
      .registry()
      .addDevices([anyDevice])
      .catch(() => undefined);
    await hub
      .registry()
      .addModule(anyModule)
      .catch(() => undefined);
    expect(send).toThrow(expect.objectContaining({ name }));
  });

  const anyDevice = { deviceId: 'any' };
  const anyModule = { deviceId: 'any', moduleId: 'm' };
});

describe('a back end', () => {
  it('counts and purges the messages for a module, which are not those of its device', async () => {
    const module = await hub.provision({ moduleId: true });
    const { deviceId, moduleId = '' } = module;
    hub.sendMessage({ deviceId }, 'to the device');
    for (const body of ['one', 'two']) hub.sendMessage(module, { body, ack: 'negative' });
    const { responseBody } = await hub.registry().getModule(deviceId, moduleId);
    expect(responseBody).toMatchObject({ cloudToDeviceMessageCount: 2 });
    expect(hub.purgeMessages(module)).toBe(2);
    expect(hub.purgeMessages({ deviceId })).toBe(1);
    expect(await hub.untilFeedback(module)).toMatchObject({ statusCode: 'Purged', deviceId });
  });
});

describe.each(transportsThat('receiveAtInputs'))('module over %s', (transport) => {
  it('receives and completes a message of a sibling module at an input', async () => {
    const module = await hub.provision({ moduleId: true });
    const sender = await hub.provision({ deviceId: module.deviceId, moduleId: true });
    const client = await module.connect(transport);
    const received = once(client, 'inputMessage');
    await hub.untilSubscribed(module, 'inputs');
    hub.sendToInput(module, 'commands', { body: 'hello', messageId: 'm1', properties: { a: '1' } }, sender);
    const [inputName, message] = (await received) as [string, Message];
    expect(inputName).toBe('commands');
    expect(textOf(message)).toBe('hello');
    expect(message.messageId).toBe('m1');
    expect(message.properties.getValue('a')).toBe('1');
    expect(message.properties.getValue('$.cmid')).toBe(sender.moduleId);
    await client.complete(message);
    await client.close();
  });

  it('receives nothing after it has unsubscribed from its inputs', async () => {
    const module = await hub.provision({ moduleId: true });
    const client = await module.connect(transport);
    client.on('inputMessage', () => undefined);
    await hub.untilSubscribed(module, 'inputs');
    // The SDK must process the SUBACK too. The answer to a later request arrives after it.
    await client.getTwin();
    client.removeAllListeners('inputMessage');
    await client.getTwin();
    expect(() => hub.sendToInput(module, 'in', 'x')).toThrow(
      expect.objectContaining({ name: 'DeviceNotOnline' }),
    );
    await client.close();
  });
});

describe.each(['mqtt', 'mqtt-ws'] as const)('a message to a device over %s', (transport) => {
  it('has the properties that its sender gave it, and no others', async () => {
    const device = await hub.provision();
    const client = await connect(device, transport);
    const received = completed(client, 3);
    hub.sendMessage(device, { body: '1', properties: { a: '1', empty: '' } });
    hub.sendMessage(device, { body: '2', ack: 'none' });
    // The SDK reads a name without a value as the text `undefined`.
    hub.sendMessage(device, { body: '3', properties: { nothing: null } });
    const properties = (await received).map((message) => message.properties.propertyList);
    expect(properties).toEqual([
      [
        { key: 'a', value: '1' },
        { key: 'empty', value: '' },
      ],
      [{ key: 'iothub-ack', value: 'none' }],
      [{ key: 'nothing', value: 'undefined' }],
    ]);
    await client.close();
  });
});

import { describe, expect, it } from 'vitest';
import type {
  CloudToDeviceDelivery,
  ModuleInputMessage,
} from '../../../../emulator/domain/messages/message.ts';
import type { ClientConnection } from '../../../../emulator/hub/client-connection.ts';
import { type MqttHub, startMqttHub } from '../../mqtt-hub.ts';

const FILTER = 'devices/d/messages/devicebound/#';

function delivery(sequenceNumber: number, lockToken: string, application = {}): CloudToDeviceDelivery {
  return {
    lockToken,
    sequenceNumber,
    deliveryCount: 0,
    isRedelivery: false,
    enqueuedTimeUtc: '2026-01-02T03:04:05Z',
    expiryUtc: '2026-01-02T04:04:05Z',
    message: {
      body: Buffer.from(`body ${sequenceNumber}`),
      ack: 'none',
      properties: {
        system: { messageId: `m${sequenceNumber}`, to: '/devices/d/messages/devicebound' },
        application,
      },
    },
  };
}

function linkOf(mqtt: MqttHub, clientId = 'd'): ClientConnection {
  const link = mqtt.links.get(clientId);
  if (link === undefined) throw new Error(`${clientId} is not connected`);
  return link;
}

describe('a cloud-to-device message', () => {
  it('is sent with QoS 1, and its PUBACK completes it', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    linkOf(mqtt).deliverMessage(delivery(1, 'token-1', { colour: 'red' }));
    const message = await client.next('publish');
    expect(message).toMatchObject({
      topic:
        'devices/d/messages/devicebound/%24.mid=m1&%24.to=%2Fdevices%2Fd%2Fmessages%2Fdevicebound&iothub-ack=none&colour=red',
      qos: 1,
      dup: false,
      messageId: 1,
    });
    expect(message.payload.toString()).toBe('body 1');
    client.send({ cmd: 'puback', messageId: 1 }, { cmd: 'puback', messageId: 1 });
    await client.settle();
    expect(mqtt.settled).toEqual(['complete token-1']);
  });

  it.each([
    ['0', 0],
    ['that was never sent', 2],
  ])(
    'is not completed by a PUBACK of a packet id %s, which closes the connection',
    async (_what, messageId) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d');
      const client = await mqtt.connect('d');
      await client.subscribe([FILTER, 1]);
      linkOf(mqtt).deliverMessage(delivery(1, 'token-1'));
      await client.next('publish');
      client.sendBytes(Buffer.from([0x40, 2, 0, messageId]));
      await client.closed;
      await mqtt.untilLogged('acknowledgement-unexpected');
      expect(mqtt.settled).toEqual([]);
    },
  );

  it('is completed by its own PUBACK if several are in flight', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    for (let number = 1; number <= 3; number++)
      linkOf(mqtt).deliverMessage(delivery(number, `token-${number}`));
    const ids = [];
    for (let number = 1; number <= 3; number++) ids.push((await client.next('publish')).messageId as number);
    expect(new Set(ids).size).toBe(3);
    for (const messageId of [ids[2], ids[0]]) client.send({ cmd: 'puback', messageId: messageId as number });
    await client.settle();
    expect(mqtt.settled).toEqual(['complete token-3', 'complete token-1']);
  });

  it('is sent with QoS 0 to a subscription with QoS 0', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 0]);
    linkOf(mqtt).deliverMessage(delivery(1, 'token-1'));
    expect(await client.next('publish')).toMatchObject({ qos: 0 });
  });

  it('is redelivered with DUP and, on the same connection, with its packet id', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    linkOf(mqtt).deliverMessage(delivery(7, 'lock-1'));
    const { messageId } = await client.next('publish');
    linkOf(mqtt).deliverMessage({ ...delivery(7, 'lock-2'), isRedelivery: true });
    expect(await client.next('publish')).toMatchObject({ messageId, dup: true });
    client.send({ cmd: 'puback', messageId: messageId as number });
    await client.settle();
    expect(mqtt.settled).toEqual(['complete lock-2']);
  });

  it('is rejected if its properties do not fit in a topic, and the next one is sent', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    linkOf(mqtt).deliverMessage(delivery(1, 'token-1', { long: '/'.repeat(30_000) }));
    linkOf(mqtt).deliverMessage(delivery(2, 'token-2'));
    expect((await client.next('publish')).payload.toString()).toBe('body 2');
    expect(mqtt.settled).toEqual(['reject token-1']);
    await mqtt.untilLogged('topic-too-long');
  });
});

describe('a message whose properties do not fit into a packet', () => {
  const LONG = { text: 'é'.repeat(15_000) };

  it.each([0, 1] as const)('is rejected at QoS %i, and takes no packet id', async (qos) => {
    await using mqtt = await startMqttHub();
    const { deviceId } = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, qos]);
    const send = (application: Readonly<Record<string, string>>) =>
      mqtt.hub.cloudToDevice.sendMessage(
        { deviceId },
        { body: Buffer.from('x'), ack: 'full', properties: { system: {}, application } },
      );
    send(LONG);
    await mqtt.untilLogged('topic-too-long');
    expect(mqtt.settled).toEqual([expect.stringMatching(/^reject /)]);
    send({});
    expect((await client.next('publish')).messageId).toBe(qos === 1 ? 1 : undefined);
  });

  it('closes the connection of a client that acknowledges it', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    linkOf(mqtt).deliverMessage(delivery(1, 'token-1', LONG));
    client.send({ cmd: 'puback', messageId: 1 });
    await client.closed;
    await mqtt.untilLogged('acknowledgement-unexpected');
  });

  it('is refused for an input of a module', async () => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    const client = await mqtt.connect('d/m');
    await client.subscribe(['devices/d/modules/m/inputs/#', 1]);
    const sender = { deviceId: module.deviceId, moduleId: module.moduleId };
    const message = {
      inputName: 'in',
      body: Buffer.from('x'),
      properties: { system: {}, application: LONG },
      sender,
    };
    expect(mqtt.hub.cloudToDevice.sendInputMessage(module, message as ModuleInputMessage)).toMatchObject({
      error: { name: 'MessageTooLarge' },
    });
  });
});

describe('a message to a module input', () => {
  const message = {
    inputName: 'in1',
    body: Buffer.from('x'),
    properties: { system: {}, application: { a: '1' } },
    sender: { deviceId: 'd', moduleId: 'source' },
  } as unknown as ModuleInputMessage;

  it.each([
    ['devices/d/modules/m/inputs/#', 1],
    ['devices/d/modules/m/#', 0],
  ] as const)('reaches a subscriber of %s', async (filter, qos) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d/m');
    const client = await mqtt.connect('d/m');
    await client.subscribe([filter, qos]);
    linkOf(mqtt, 'd/m').deliverInputMessage(message);
    const received = await client.next('publish');
    expect(received).toMatchObject({
      topic: 'devices/d/modules/m/inputs/in1/%24.cdid=d&%24.cmid=source&a=1',
      qos,
    });
    const { messageId } = received;
    if (messageId !== undefined) client.send({ cmd: 'puback', messageId }, { cmd: 'puback', messageId });
    await client.settle();
    expect(mqtt.settled).toEqual([]);
  });
});

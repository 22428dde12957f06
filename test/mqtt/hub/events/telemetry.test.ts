import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { startMqttHub } from '../../mqtt-hub.ts';

function event(topic: string, payload: string | Buffer, messageId: number): Packet {
  return { cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false };
}

describe('telemetry', () => {
  it('is stored with its properties and acknowledged', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('devices/d/messages/events/%24.mid=1&%24.ct=application%2Fjson&colour=r%20d', '{"t":21}', {
      messageId: 7,
    });
    expect(await client.next('puback')).toMatchObject({ messageId: 7 });
    const [stored] = await mqtt.events(1);
    expect(stored).toMatchObject({
      deviceId: 'd',
      messageId: '1',
      contentType: 'application/json',
      properties: { colour: 'r d' },
      systemProperties: { 'iothub-connection-device-id': 'd', 'iothub-message-source': 'Telemetry' },
    });
    expect(Buffer.from(stored?.body ?? []).toString()).toBe('{"t":21}');
  });

  it.each([
    ['d', 'devices/d/messages/events'],
    ['d', 'devices/d/messages/events/'],
    ['d', 'devices/d/messages/events/a=1/'],
    ['d/m', 'devices/d/modules/m/messages/events/%24.on=out/'],
  ])('is accepted from %s on %s with QoS 0 and 1', async (clientId, topic) => {
    await using mqtt = await startMqttHub();
    mqtt.register(clientId);
    const client = await mqtt.connect(clientId);
    client.publish(topic, 'zero', { qos: 0 });
    client.publish(topic, 'one', { qos: 1 });
    await client.next('puback');
    const events = await mqtt.events(2);
    expect(events.map(({ body }) => Buffer.from(body).toString())).toEqual(['zero', 'one']);
  });

  it('gets a property for the flag RETAIN or DUP', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('devices/d/messages/events/a=1', '', { retain: true });
    client.publish('devices/d/messages/events/a=1', '', { dup: true });
    client.publish('devices/d/messages/events/a=1', '', { retain: true, dup: true });
    client.publish('devices/d/messages/events/a=1', '');
    const events = await mqtt.events(4);
    expect(events.map(({ properties }) => properties)).toEqual([
      { a: '1', 'mqtt-retain': 'true' },
      { a: '1', 'mqtt-dup': 'true' },
      { a: '1', 'mqtt-retain': 'true', 'mqtt-dup': 'true' },
      { a: '1' },
    ]);
  });

  it('is acknowledged in order if it arrives in many segments after a pipelined CONNECT', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    const count = 3000;
    const packets = Array.from({ length: count }, (_, index) =>
      index % 10 === 9
        ? event(`$iothub/twin/GET/?$rid=${index}`, ' ', index + 1)
        : event(`devices/d/messages/events/index=${index}`, Buffer.alloc(index % 300, 1), index + 1),
    );
    const subscribe: Packet = {
      cmd: 'subscribe',
      messageId: 65_000,
      subscriptions: [{ topic: '$iothub/twin/res/#', qos: 0 }],
    };
    client.connect('d', {
      username: `myhub.azure-devices.net/d/?api-version=1`,
      password: mqtt.passwordOf('d'),
    });
    const bytes = Buffer.concat([subscribe, ...packets].map((packet) => generate(packet)));
    for (let at = 0; at < bytes.length; at += 3700 + 37) {
      client.sendBytes(bytes.subarray(at, at + 37));
      client.sendBytes(bytes.subarray(at + 37, at + 3700 + 37));
    }
    client.send({ cmd: 'pingreq' });
    await mqtt.events(count * 0.9);
    await client.settle();
    const acknowledged = client.received.flatMap((packet) =>
      packet.cmd === 'puback' ? [packet.messageId as number] : [],
    );
    expect(acknowledged).toEqual(packets.map(({ messageId }) => messageId));
    const commands = client.received.map(({ cmd }) => cmd);
    expect(commands.slice(0, 2)).toEqual(['connack', 'suback']);
    expect(commands.filter((command) => command === 'publish')).toHaveLength(count / 10);
  });

  it('is stored and acknowledged if a DISCONNECT follows in the same segment', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.send(event('devices/d/messages/events/', 'last', 1), { cmd: 'disconnect' });
    expect(await client.next('puback')).toMatchObject({ messageId: 1 });
    await client.closed;
    await mqtt.events(1);
    expect(mqtt.logLines.at(-1)).toMatchObject({
      event: 'client-disconnected',
      fields: { reason: 'graceful' },
    });
  });

  it('is accepted up to 256 KB with its properties; one byte more closes the connection without a PUBACK', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('devices/d/messages/events/', Buffer.alloc(262_144));
    await client.next('puback');
    client.publish('devices/d/messages/events/%24.mid=1&%20%20=%20%20', Buffer.alloc(262_144 - 5));
    await client.next('puback');
    client.publish('devices/d/messages/events/%24.mid=1&%20%20=%20%20', Buffer.alloc(262_144 - 4));
    await client.closed;
    await mqtt.untilLogged('message-too-large');
    expect(client.received.filter(({ cmd }) => cmd === 'puback')).toHaveLength(2);
  });

  it.each([
    ['of a foreign device', 'devices/other/messages/events/', 'publish-topic-forbidden', 1],
    ['of its module', 'devices/d/modules/m/messages/events/', 'publish-topic-forbidden', 1],
    ['on a topic that does not exist', 'devices/d/messages/event/', 'publish-topic-forbidden', 1],
    ['on a topic that only begins like its own', 'devices/d/messages/eventsX', 'publish-topic-forbidden', 0],
    ['on the topic of its own messages', 'devices/d/messages/devicebound/', 'publish-topic-forbidden', 0],
    ['at QoS 2', 'devices/d/messages/events/', 'quality-of-service-2', 2],
  ] as const)(
    'closes the connection if it is %s; earlier messages are acknowledged',
    async (_what, topic, reason, qos) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d/m');
      const client = await mqtt.connect('d');
      client.send(event('devices/d/messages/events/', 'good', 1), {
        ...event(topic, 'bad', 2),
        qos,
      } as Packet);
      await client.closed;
      const { fields } = await mqtt.untilLogged(reason);
      if (reason === 'publish-topic-forbidden') expect(fields['message']).toBe(`The topic is '${topic}'.`);
      expect(client.received.filter(({ cmd }) => cmd === 'puback')).toMatchObject([{ messageId: 1 }]);
      await mqtt.events(1);
    },
  );

  it.each([
    ['a+b', 'devices/a+b/messages/events/'],
    ['a#b', 'devices/a#b/messages/events/a=1'],
    ['#', 'devices/#/messages/events'],
    ['d/m+1', 'devices/d/modules/m+1/messages/events/'],
  ])(
    'of the client %s, which may connect, closes the connection because its topic has a wildcard',
    async (clientId, topic) => {
      await using mqtt = await startMqttHub();
      mqtt.register(clientId);
      const client = await mqtt.connect(clientId);
      client.publish(topic, 'x');
      await client.closed;
      expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
      const { event, fields } = await mqtt.untilLogged('packet-malformed');
      expect([event, fields['message']]).toEqual(['connection-dropped', 'The topic contains a wildcard.']);
    },
  );

  it.each([
    ['a wildcard in the topic', 'devices/d/messages/events/a=+', 'contains a wildcard'],
    ['a hash in the topic', 'devices/d/messages/events/a=#', 'contains a wildcard'],
    ['a wildcard in the topic of a request', '$iothub/twin/GET/?$rid=+', 'contains a wildcard'],
    ['a null in the topic', 'devices/d/messages/events/a=\0', 'contains U+0000'],
    ['a null in the topic of a request', '$iothub/twin/GET/?$rid=\0', 'contains U+0000'],
    ['an invalid byte in the topic', 'devices/d/messages/events/a=\xff', 'is not UTF-8'],
    ['an invalid byte in the topic of a request', '$iothub/twin/GET/?$rid=\xff', 'is not UTF-8'],
    ['a surrogate in the topic', 'devices/d/messages/events/a=\xed\xa0\x80', 'is not UTF-8'],
    ['an empty topic', '', 'is empty'],
  ])('closes the connection if it has %s', async (_what, topic, fault) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    const bytes = Buffer.from(topic, 'latin1');
    client.sendBytes(Buffer.concat([Buffer.from([0x30, bytes.length + 2, 0, bytes.length]), bytes]));
    await client.closed;
    const { fields } = await mqtt.untilLogged('packet-malformed');
    expect(fields['message']).toBe(`The topic ${fault}.`);
  });
});

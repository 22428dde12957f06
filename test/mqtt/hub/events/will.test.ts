import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { type MqttHub, startMqttHub, userNameOf } from '../../mqtt-hub.ts';

describe('a will', () => {
  const will = { topic: 'devices/d/messages/events/reason=lost', payload: 'gone', qos: 1 as const };

  it('becomes telemetry if the connection is lost', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d', { will });
    client.destroy();
    const [stored] = await mqtt.events(1);
    expect(stored?.properties).toEqual({ reason: 'lost', 'iothub-MessageType': 'Will' });
    expect(Buffer.from(stored?.body ?? []).toString()).toBe('gone');
  });

  it('becomes telemetry if a newer connection replaces the client, and at a keep-alive timeout', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    await mqtt.connect('d', { will });
    await mqtt.connect('d', { will: { ...will, retain: true }, keepalive: 10 });
    mqtt.clock.advance(15_000);
    const events = await mqtt.events(2);
    expect(events.map(({ properties }) => properties)).toEqual([
      { reason: 'lost', 'iothub-MessageType': 'Will' },
      { reason: 'lost', 'iothub-MessageType': 'Will', 'mqtt-retain': 'true' },
    ]);
  });

  it('is not published after DISCONNECT', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const leaving = await mqtt.connect('d', { will });
    leaving.send({ cmd: 'disconnect' });
    await leaving.closed;
    const next = await mqtt.connect('d');
    next.publish('devices/d/messages/events/', 'first');
    const [stored] = await mqtt.events(1);
    expect(Buffer.from(stored?.body ?? []).toString()).toBe('first');
  });

  // Of Tasmota and of a bridge of mosquitto with notifications.
  it.each([
    'tele/tasmota_1/LWT',
    '$SYS/broker/connection/host.bridge/state',
    'devices/other/messages/events/',
    'devices/d/modules/m/messages/events/',
    '$iothub/twin/PATCH/properties/reported/?$rid=1',
  ])('on the topic %s refuses no CONNECT of a real client, and is dropped when it is due', async (topic) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
      clientId: 'd',
      username: userNameOf('d'),
      password: mqtt.passwordOf('d'),
      reconnectPeriod: 0,
      will: { topic, payload: Buffer.from('Offline'), qos: 1, retain: true },
    });
    await client.publishAsync('devices/d/messages/events/', 'first', { qos: 1 });
    client.stream.destroy();
    const { level, event, fields } = await mqtt.untilLogged('will-topic-foreign');
    expect({ level, event, fields }).toMatchObject({
      level: 'warn',
      event: 'will-dropped',
      fields: { deviceId: 'd', operation: 'sendEvent', message: `The topic of the will is '${topic}'.` },
    });
    client.end(true);
    expect(await bodiesOf(mqtt, 'last')).toEqual(['first', 'last']);
  });

  it('is dropped if its property bag is malformed', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d', { will: { ...will, topic: 'devices/d/messages/events/a==' } });
    client.destroy();
    expect(await mqtt.untilLogged('property-bag-malformed')).toMatchObject({
      event: 'will-dropped',
      fields: { deviceId: 'd', operation: 'sendEvent', message: expect.stringContaining("'a=='") },
    });
  });

  it.each([
    ['an empty topic', '', 0],
    ['a wildcard in its topic', 'tele/+/LWT', 0],
    ['a hash in its topic', 'tele/#', 0],
    ['a topic that is not UTF-8', 'tele/\xff', 0],
    ['a null in its topic', 'tele/\0', 0],
    ['QoS 3', 'devices/d/messages/events/', 0x18],
  ])('with %s closes the connection without a CONNACK', async (_what, topic, flags) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    client.sendBytes(connectWithWill(mqtt, Buffer.from(topic, 'latin1'), flags));
    await client.closed;
    expect(client.received).toEqual([]);
    const { event, fields } = await mqtt.untilLogged('packet-malformed');
    expect(event).toBe('connection-dropped');
    expect(fields['message']).toMatch(/of the will/);
  });
});

/** Returns the bodies of all events until `last`, which a second client sends. */
async function bodiesOf(mqtt: MqttHub, last: string): Promise<readonly string[]> {
  const client = await mqtt.connect('d');
  client.publish('devices/d/messages/events/', last);
  await client.next('puback');
  const events = await mqtt.events(2);
  return events.map(({ body }) => Buffer.from(body).toString());
}

function connectWithWill(mqtt: MqttHub, topic: Uint8Array, flags: number): Buffer {
  const fields = ['d', topic, 'gone', userNameOf('d'), mqtt.passwordOf('d')].map((field) => {
    const bytes = Buffer.from(field as string);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  });
  const body = Buffer.concat([Buffer.from([0, 4, 77, 81, 84, 84, 4, 0xc6 | flags, 0, 60]), ...fields]);
  return Buffer.concat([Buffer.from([0x10, (body.length & 127) | 128, body.length >> 7]), body]);
}

import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import { type MqttHub, startMqttHub, userNameOf } from '../../mqtt-hub.ts';

describe('a malformed property bag', () => {
  it.each([
    ['$.ct=application/json', "Property '$.ct=application/json' has a '/', expected %2F."],
    ['x=1&$.ct=application/json&y=2', "Property '$.ct=application/json' has a '/', expected %2F."],
    ['a/b=1', "Property 'a/b=1' has a '/', expected %2F."],
    ['/a=1', "Property '/a=1' has a '/', expected %2F."],
    ['a=1//', "Property 'a=1//' has a '/', expected %2F."],
    ['a==', "Property 'a==' has a second '=', expected %3D."],
    ['x=1&token=YQ==&y=2', "Property 'token=YQ==' has a second '=', expected %3D."],
    ['=v', "Property '=v' has no name."],
    ['x=1&=v', "Property '=v' has no name."],
    ['=', "Property '=' has no name."],
    ['a=1&&b=2', "Empty property in 'a=1&&b=2', expected name=value between two '&'."],
    ['&a=1', "Empty property in '&a=1', expected name=value between two '&'."],
    ['a=1&', "Empty property in 'a=1&', expected name=value between two '&'."],
    ['&', "Empty property in '&', expected name=value between two '&'."],
  ])(
    '%j closes the connection of a real client without a PUBACK, and the log says why',
    async (bag, message) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d');
      const client = await connectTo(mqtt, 'd');
      await client.publishAsync('devices/d/messages/events/a=1', 'good', { qos: 1 });
      let isAcknowledged = false;
      client.on('packetreceive', () => {
        isAcknowledged = true;
      });
      const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
      client.publish(`devices/d/messages/events/${bag}`, 'bad', { qos: 1 });
      await closed;
      client.end(true);
      expect(await mqtt.untilLogged('property-bag-malformed')).toMatchObject({
        level: 'warn',
        event: 'connection-dropped',
        fields: { deviceId: 'd', operation: 'sendEvent', message },
      });
      expect(isAcknowledged).toBe(false);
      const again = await mqtt.connect('d');
      again.publish('devices/d/messages/events/', 'last');
      const bodies = (await mqtt.events(2)).map(({ body }) => Buffer.from(body).toString());
      expect(bodies).toEqual(['good', 'last']);
    },
  );

  it.each([
    ['of a message that is sent again', 'd', 'devices/d/messages/events/', { dup: true }],
    ['of a message at QoS 0', 'd', 'devices/d/messages/events/', { qos: 0 }],
    ['of a message to retain', 'd', 'devices/d/messages/events/', { retain: true }],
    ['of a module', 'd/m', 'devices/d/modules/m/messages/events/', {}],
  ] as const)('%s closes the connection', async (_what, clientId, topic, options) => {
    await using mqtt = await startMqttHub();
    mqtt.register(clientId);
    const client = await mqtt.connect(clientId);
    client.publish(`${topic}a=b=c`, 'x', options);
    await client.closed;
    await mqtt.untilLogged('property-bag-malformed');
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
  });
});

describe('a property bag', () => {
  it.each([
    ['?a=1', { '?a': '1' }],
    ['a=/', { a: null }],
    ['a=&b=1/', { a: '', b: '1' }],
    ['a=1&/', { a: '1' }],
    ['LWT', { LWT: '' }],
    ['/', {}],
    ['ä=%', { ä: '%' }],
    ['a=b%3Dc%2Fd%26', { a: 'b=c/d&' }],
  ])('%j is accepted', async (bag, properties) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await connectTo(mqtt, 'd');
    await client.publishAsync(`devices/d/messages/events/${bag}`, '', { qos: 1 });
    await client.endAsync();
    expect((await mqtt.events(1)).map((event) => event.properties)).toEqual([properties]);
  });
});

function connectTo(mqtt: MqttHub, clientId: string): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
    clientId,
    username: userNameOf(clientId),
    password: mqtt.passwordOf(clientId),
    reconnectPeriod: 0,
  });
}

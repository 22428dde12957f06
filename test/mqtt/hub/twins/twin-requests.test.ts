import { describe, expect, it } from 'vitest';
import { type MqttHub, patchDesired, startMqttHub } from '../../mqtt-hub.ts';
import type { RawClient } from '../../raw-client.ts';
import { waitUntil } from '../../wait-until.ts';

const REPORTED = '$iothub/twin/PATCH/properties/reported/';

async function connectSubscribed(mqtt: MqttHub, clientId = 'd'): Promise<RawClient> {
  const client = await mqtt.connect(clientId);
  await client.subscribe(['$iothub/twin/res/#', 0], ['$iothub/twin/PATCH/properties/desired/#', 0]);
  return client;
}

describe('a request for the twin', () => {
  it.each(['d', 'd/m'])(
    'returns to %s the desired and reported properties without metadata',
    async (clientId) => {
      await using mqtt = await startMqttHub();
      patchDesired(mqtt.hub, mqtt.register(clientId), { interval: 30 });
      const client = await connectSubscribed(mqtt, clientId);
      client.publish('$iothub/twin/GET/?$rid=a%2Fb', ' ', { qos: 0 });
      const answer = await client.next('publish');
      expect(answer).toMatchObject({ topic: '$iothub/twin/res/200/?$rid=a%2Fb', qos: 0, retain: false });
      expect(JSON.parse(answer.payload.toString())).toEqual({
        desired: { interval: 30, $version: 2 },
        reported: { $version: 1 },
      });
    },
  );

  it('is acknowledged before the response if it has QoS 1', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await connectSubscribed(mqtt);
    client.publish('$iothub/twin/GET/?$rid=1', '', { messageId: 5 });
    expect(await client.next('puback')).toMatchObject({ messageId: 5 });
    await client.next('publish');
  });

  it('gets no response if the client is not subscribed', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('$iothub/twin/GET/?$rid=1', '');
    await client.next('puback');
    await client.settle();
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack', 'puback']);
  });
});

describe('an update of reported properties', () => {
  it.each([
    ['6.02214076e23', 204],
    ['6.02214076e+23', 204],
    ['-9007199254740993.0', 204],
    ['4503599627370495', 204],
    ['4503599627370496', 400],
    ['100000000000000000000', 400],
  ])(
    'takes a float of any size, and an integer only in range: %s is answered with %i',
    async (number, status) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d');
      const client = await connectSubscribed(mqtt);
      client.publish(`${REPORTED}?$rid=1`, `{"n":${number}}`, { qos: 0 });
      expect((await client.next('publish')).topic).toContain(`/res/${status}/?$rid=1`);
    },
  );

  it('is answered with the new version', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await connectSubscribed(mqtt);
    client.publish(`${REPORTED}?$rid=1`, '{"a":1,"b":{"c":true}}', { qos: 0 });
    const first = await client.next('publish');
    expect(first.topic).toBe('$iothub/twin/res/204/?$rid=1&$version=2');
    expect(first.payload.length).toBe(0);
    client.publish(`${REPORTED}?$rid=2&$version=2`, '{"a":null}', { qos: 0 });
    expect((await client.next('publish')).topic).toBe('$iothub/twin/res/204/?$rid=2&$version=3');
    client.publish('$iothub/twin/GET/?$rid=3', '', { qos: 0 });
    expect(JSON.parse((await client.next('publish')).payload.toString()).reported).toEqual({
      b: { c: true },
      $version: 3,
    });
  });

  it.each([
    ['a body that is not JSON', '?$rid=9', '{', 400, 400004],
    ['a name without quotes, which only back ends may send', '?$rid=9', '{a:1}', 400, 400004],
    ['a comma after the last member', '?$rid=9', '{"a":1,}', 400, 400004],
    ['a body that is not an object', '?$rid=9', '[1]', 400, 400004],
    ['a forbidden name', '?$rid=9', '{"a.b":1}', 400, 400004],
    ['an empty body', '?$rid=9', '', 400, 400004],
    ['a version that is not a number', '?$rid=9&$version=x', '{"a":1}', 400, 400004],
    ['an old version', '?$rid=9&$version=7', '{"a":1}', 412, 412001],
    [
      'too many properties',
      '?$rid=9',
      JSON.stringify(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`p${n}`, 'x'.repeat(4000)]))),
      403,
      403100,
    ],
  ])(
    'is refused for %s with the error as JSON, which the Node client requires',
    async (_what, query, body, status, errorCode) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d');
      const client = await connectSubscribed(mqtt);
      client.publish(`${REPORTED}${query}`, body, { qos: 0 });
      const answer = await client.next('publish');
      expect(answer.topic).toBe(`$iothub/twin/res/${status}/?$rid=9`);
      expect(JSON.parse(answer.payload.toString())).toEqual({
        errorCode,
        trackingId: expect.stringMatching(/^[0-9a-f]{32}-G:0-TimeStamp:01\/02\/2026 03:04:05$/),
        message: expect.stringMatching(/./),
        timestampUtc: '2026-01-02T03:04:05Z',
      });
    },
  );
});

describe('a patch of desired properties', () => {
  it('reaches the subscribed client with its version, and with null for a deleted property', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await connectSubscribed(mqtt);
    patchDesired(mqtt.hub, identity, { a: 1, b: 2 });
    patchDesired(mqtt.hub, identity, { b: null });
    const first = await client.next('publish');
    expect(first).toMatchObject({ topic: '$iothub/twin/PATCH/properties/desired/?$version=2', qos: 0 });
    expect(first.payload.toString()).toBe('{"a":1,"b":2,"$version":2}');
    expect((await client.next('publish')).payload.toString()).toBe('{"b":null,"$version":3}');
  });

  it('ends the connection of a client that does not read if too many wait', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await connectSubscribed(mqtt);
    client.pause();
    const text = 'x'.repeat(4000);
    const desired = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`p${index}`, text]));
    for (let index = 0; index < 1500 && mqtt.connectionCount > 0; index++) {
      patchDesired(mqtt.hub, identity, { ...desired, index });
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await mqtt.untilLogged('client-does-not-read');
    await waitUntil('0 connection(s)', () => mqtt.connectionCount === 0);
  });
});

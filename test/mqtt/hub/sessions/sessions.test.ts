import { describe, expect, it } from 'vitest';
import { patchDesired, startMqttHub } from '../../mqtt-hub.ts';

const DESIRED = '$iothub/twin/PATCH/properties/desired/#';
const METHODS = '$iothub/methods/POST/#';

describe('SUBSCRIBE', () => {
  it('is granted the requested QoS, and QoS 1 for QoS 2', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    const granted = await client.subscribe(
      [DESIRED, 2],
      [METHODS, 1],
      ['$iothub/twin/res/#', 0],
      ['devices/d/messages/devicebound/#', 2],
    );
    expect(granted).toEqual([1, 1, 0, 1]);
  });

  it.each([
    ['a foreign device', ['devices/other/messages/devicebound/#']],
    ['a shared subscription', ['$share/group/devices/d/messages/devicebound/#']],
    ['a good filter beside a bad one', [METHODS, 'devices/d/messages/event/#']],
    ['a bad filter beside a good one', ['$iothub/twin/GET/#', DESIRED]],
  ])('closes the connection and stores nothing if it is to %s', async (_what, filters) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d', { clean: false });
    client.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: filters.map((topic) => ({ topic, qos: 1 })),
    });
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    await mqtt.untilLogged('subscribe-filter-forbidden');
    expect((await mqtt.connect('d', { clean: false })).sessionPresent).toBe(false);
  });

  it.each([
    ['without a filter', [0x82, 2, 0, 1], 'packet-malformed'],
    ['cut short', [0x82, 5, 0, 1, 0, 9, 35], 'packet-malformed'],
    ['of QoS 3', [0x82, 6, 0, 1, 0, 1, 35, 3], 'packet-malformed'],
    [
      'with wrong flags',
      [0x80, 26, 0, 1, 0, 21, ...Buffer.from('$iothub/methods/POST/#'.slice(0, 21)), 0],
      'packet-malformed',
    ],
  ])('closes the connection if it is %s', async (_what, bytes, reason) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.sendBytes(Buffer.from(bytes));
    await client.closed;
    await mqtt.untilLogged(reason);
  });

  it('closes the connection if it has the wrong flags and an allowed filter', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.sendBytes(
      Buffer.concat([Buffer.from([0x80, 27, 0, 1, 0, 22]), Buffer.from(METHODS), Buffer.from([0])]),
    );
    await client.closed;
    await mqtt.untilLogged('packet-malformed');
  });
});

describe('UNSUBSCRIBE', () => {
  it('ends the deliveries of its subscription', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([DESIRED, 1], [METHODS, 1]);
    client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: [DESIRED] });
    expect(await client.next('unsuback')).toMatchObject({ messageId: 9 });
    patchDesired(mqtt.hub, identity, { a: 1 });
    await client.settle();
    expect(client.received.map(({ cmd }) => cmd)).not.toContain('publish');
  });

  it.each([[['devices/other/messages/devicebound/#']], [[METHODS, '$iothub/methods/res/#']]])(
    'closes the connection if its filters are %j',
    async (unsubscriptions) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d');
      const client = await mqtt.connect('d');
      client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions });
      await client.closed;
      await mqtt.untilLogged('unsubscribe-filter-forbidden');
    },
  );

  it('keeps the other one of two filters for inputs', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d/m');
    const client = await mqtt.connect('d/m');
    await client.subscribe(['devices/d/modules/m/inputs/#', 1], ['devices/d/modules/m/#', 1]);
    client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['devices/d/modules/m/#'] });
    await client.next('unsuback');
    expect(mqtt.hub.sessions.isReadyFor(identity, 'inputs')).toBe(true);
    client.send({ cmd: 'unsubscribe', messageId: 10, unsubscriptions: ['devices/d/modules/m/inputs/#'] });
    await client.next('unsuback');
    expect(mqtt.hub.sessions.isReadyFor(identity, 'inputs')).toBe(false);
  });
});

describe('a persistent session', () => {
  it('restores the subscriptions of a client that does not subscribe again', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const first = await mqtt.connect('d', { clean: false });
    expect(first.sessionPresent).toBe(false);
    await first.subscribe([DESIRED, 0], ['$iothub/twin/res/#', 0]);
    first.destroy();
    const second = await mqtt.connect('d', { clean: false });
    expect(second.sessionPresent).toBe(true);
    patchDesired(mqtt.hub, identity, { a: 1 });
    expect((await second.next('publish')).topic).toBe('$iothub/twin/PATCH/properties/desired/?$version=2');
    second.publish('$iothub/twin/GET/?$rid=1', '', { qos: 0 });
    expect((await second.next('publish')).topic).toBe('$iothub/twin/res/200/?$rid=1');
  });

  it('is not present after a clean session', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    await (await mqtt.connect('d', { clean: false })).subscribe([DESIRED, 0]);
    expect((await mqtt.connect('d', { clean: true })).sessionPresent).toBe(false);
    expect((await mqtt.connect('d', { clean: false })).sessionPresent).toBe(false);
  });

  it('is stored in the hub, so that it survives the door', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d/m');
    const first = await mqtt.connect('d/m', { clean: false });
    await first.subscribe([DESIRED, 1], [METHODS, 0]);
    expect(mqtt.hub.subscriptions.find(identity)).toEqual([
      { filter: DESIRED, qualityOfService: 1 },
      { filter: METHODS, qualityOfService: 0 },
    ]);
    await mqtt.reopenDoor();
    await first.closed;
    const second = await mqtt.connect('d/m', { clean: false });
    expect(second.sessionPresent).toBe(true);
    patchDesired(mqtt.hub, identity, { a: 1 });
    expect((await second.next('publish')).payload.toString()).toBe('{"a":1,"$version":2}');
    second.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: [DESIRED] });
    await second.next('unsuback');
    expect(mqtt.hub.subscriptions.find(identity)).toEqual([{ filter: METHODS, qualityOfService: 0 }]);
  });

  it('is deleted by a clean session, which stores nothing', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    await (await mqtt.connect('d', { clean: false })).subscribe([DESIRED, 0]);
    const clean = await mqtt.connect('d', { clean: true });
    expect(mqtt.hub.subscriptions.find(identity)).toEqual([]);
    await clean.subscribe([METHODS, 0]);
    expect(mqtt.hub.subscriptions.find(identity)).toEqual([]);
  });

  it('queues no desired properties for a client that is not connected', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const first = await mqtt.connect('d', { clean: false });
    await first.subscribe([DESIRED, 1]);
    first.send({ cmd: 'disconnect' });
    await first.closed;
    patchDesired(mqtt.hub, identity, { a: 1 });
    const second = await mqtt.connect('d', { clean: false });
    await second.settle();
    expect(second.received.map(({ cmd }) => cmd)).toEqual(['connack']);
  });
});

it('no packet reaches another client or its sender', async () => {
  await using mqtt = await startMqttHub();
  mqtt.register('d/m');
  const module = await mqtt.connect('d/m');
  const device = await mqtt.connect('d');
  await module.subscribe(['devices/d/modules/m/#', 1], ['$iothub/twin/res/#', 1], [METHODS, 1]);
  await device.subscribe(['$iothub/twin/res/#', 1]);
  module.publish('devices/d/modules/m/messages/events/', 'mine');
  await module.next('puback');
  device.publish('$iothub/twin/GET/?$rid=1', '', { qos: 0 });
  await device.next('publish');
  await module.settle();
  expect(module.received.map(({ cmd }) => cmd)).toEqual(['connack', 'suback', 'puback']);
});

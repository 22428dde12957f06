import { connectAsync, type MqttClient } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../../emulator/domain/identities/client-identity.ts';
import type { ModuleInputMessage } from '../../../../emulator/domain/messages/message.ts';
import { type MqttHub, patchDesired, startMqttHub, userNameOf } from '../../mqtt-hub.ts';
import type { RawClient } from '../../raw-client.ts';

const C2D = 'devices/d/messages/devicebound/#';
const METHODS = '$iothub/methods/POST/#';
const TWIN = '$iothub/twin/res/#';

/** Connects a client of the package mqtt, which answers an unexpected SUBACK with an error. */
async function connectPackage(mqtt: MqttHub, clientId: string): Promise<MqttClient & AsyncDisposable> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
    clientId,
    username: userNameOf(clientId),
    password: mqtt.passwordOf(clientId),
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.endAsync() });
}

function nextMessage(client: MqttClient): Promise<{ readonly topic: string; readonly body: string }> {
  return new Promise((resolve) => {
    client.once('message', (topic, body) => resolve({ topic, body: body.toString() }));
  });
}

function send(mqtt: MqttHub, client: ClientIdentity, text: string): void {
  const sent = mqtt.hub.cloudToDevice.sendMessage(client, {
    body: Buffer.from(text),
    ack: 'none',
    properties: { system: { messageId: text }, application: {} },
  });
  if (!sent.ok) throw new Error(sent.error.message);
}

function pendingCount(mqtt: MqttHub, { deviceId }: ClientIdentity): number | undefined {
  const device = mqtt.hub.devices.getDevice(deviceId);
  return device.ok ? device.value.pendingMessageCount : undefined;
}

function invoke(mqtt: MqttHub, identity: ClientIdentity, name: string) {
  const call = { name, payload: '1', responseTimeoutSeconds: 30, connectTimeoutSeconds: 0 };
  return mqtt.hub.methods.invokeMethod(identity, call);
}

function sendInput(mqtt: MqttHub, identity: ClientIdentity, inputName: string) {
  const message = { inputName, body: Buffer.from('x'), properties: { system: {}, application: {} } };
  return mqtt.hub.cloudToDevice.sendInputMessage(identity, {
    ...message,
    sender: identity,
  } satisfies ModuleInputMessage);
}

async function unsubscribe(client: RawClient, ...unsubscriptions: string[]): Promise<void> {
  client.send({ cmd: 'unsubscribe', messageId: 99, unsubscriptions });
  await client.next('unsuback');
}

/** Returns the topics of all packets that have arrived. */
async function topicsOf(client: RawClient): Promise<readonly string[]> {
  await client.settle();
  return client.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
}

describe('a cloud-to-device message', () => {
  it.each([
    ['#'],
    ['+/d/messages/devicebound/#'],
    ['devices/#'],
    ['devices/+/#'],
    ['devices/d/#'],
    ['devices/+/messages/devicebound/#'],
    ['devices/d/messages/deviceBound/#'],
    ['devices/d/messages/devicebound/+'],
  ])('reaches a client with the filter %s, and completes by its PUBACK', async (filter) => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    send(mqtt, device, 'queued');
    await using client = await connectPackage(mqtt, 'd');
    const arrived = nextMessage(client);
    expect(await client.subscribeAsync(filter, { qos: 1 })).toMatchObject([{ qos: 1 }]);
    const { topic, body } = await arrived;
    expect(topic).toMatch(/^devices\/d\/messages\/devicebound\/%24\.mid=queued&/);
    expect(body).toBe('queued');
    await client.publishAsync('devices/d/messages/events/', 'after the PUBACK', { qos: 1 });
    expect(pendingCount(mqtt, device)).toBe(0);
  });

  it('is delivered once to overlapping filters, with the highest QoS', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    send(mqtt, device, '1');
    const client = await mqtt.connect('d');
    expect(await client.subscribe(['#', 0], [C2D, 1], ['devices/+/#', 0])).toEqual([0, 1, 0]);
    expect(await client.next('publish')).toMatchObject({ qos: 1 });
    send(mqtt, device, '2');
    expect(await topicsOf(client)).toHaveLength(2);
    expect(pendingCount(mqtt, device)).toBe(2);
  });

  it('waits if the filter matches another message only', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d');
    const bag = '%24.mid=2&%24.to=%2Fdevices%2Fd%2Fmessages%2Fdevicebound&iothub-ack=none';
    await client.subscribe([`devices/d/messages/devicebound/${bag}`, 1]);
    for (const text of ['1', '2', '3']) send(mqtt, device, text);
    expect((await client.next('publish')).payload.toString()).toBe('2');
    expect(await topicsOf(client)).toHaveLength(1);
    await client.subscribe([C2D, 1]);
    expect((await client.next('publish')).payload.toString()).toBe('1');
    expect((await client.next('publish')).payload.toString()).toBe('3');
  });
});

describe('a twin response', () => {
  it.each(['$iothub/#', '$iothub/twin/#', '$iothub/+/res/#', '$iothub/twin/res/+/#'])(
    'reaches a client with the filter %s',
    async (filter) => {
      await using mqtt = await startMqttHub();
      mqtt.register('d/m');
      await using client = await connectPackage(mqtt, 'd/m');
      await client.subscribeAsync(filter);
      const arrived = nextMessage(client);
      await client.publishAsync('$iothub/twin/GET/?$rid=7', '');
      expect((await arrived).topic).toBe('$iothub/twin/res/200/?$rid=7');
    },
  );

  it('reaches a client with the filter $iothub/twin/res/200/# if its status is 200', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe(['$iothub/twin/res/200/#', 0]);
    client.publish('$iothub/twin/PATCH/properties/reported/?$rid=1', '{"a":1}', { qos: 0 });
    client.publish('$iothub/twin/PATCH/properties/reported/?$rid=2', 'broken', { qos: 0 });
    client.publish('$iothub/twin/GET/?$rid=3', '', { qos: 0 });
    expect(await topicsOf(client)).toEqual(['$iothub/twin/res/200/?$rid=3']);
    const twin = mqtt.hub.twins.getTwin(device);
    expect(twin.ok && twin.value).toMatchObject({ properties: { reported: { a: 1 } } });
  });
});

describe('a direct method', () => {
  it.each(['$iothub/#', '$iothub/methods/#', '$iothub/methods/POST/+/#', '$iothub/+/POST/+/+'])(
    'reaches a client with the filter %s',
    async (filter) => {
      await using mqtt = await startMqttHub();
      const device = mqtt.register('d');
      await using client = await connectPackage(mqtt, 'd');
      await client.subscribeAsync(filter);
      const arrived = nextMessage(client);
      void invoke(mqtt, device, 'reboot');
      expect((await arrived).topic).toBe('$iothub/methods/POST/reboot/?$rid=1');
    },
  );

  it('finds a client with a filter for one method online for this method only', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    await using client = await connectPackage(mqtt, 'd');
    await client.subscribeAsync('$iothub/methods/POST/reboot/#');
    const arrived = nextMessage(client);
    const answered = invoke(mqtt, device, 'reboot');
    expect(await invoke(mqtt, device, 'stop')).toMatchObject({ error: { name: 'DeviceNotOnline' } });
    expect((await arrived).topic).toBe('$iothub/methods/POST/reboot/?$rid=1');
    await client.publishAsync('$iothub/methods/res/200/?$rid=1', '{}');
    expect(await answered).toMatchObject({ value: { status: 200 } });
  });

  it('does not find a client with the filter # online', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe(['#', 1]);
    expect(await invoke(mqtt, device, 'reboot')).toMatchObject({ error: { name: 'DeviceNotOnline' } });
  });
});

describe('a message to an input', () => {
  it('reaches a module with a filter for this input, and no other one', async () => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    const client = await mqtt.connect('d/m');
    await client.subscribe(['devices/d/modules/m/inputs/in1/#', 0]);
    expect(sendInput(mqtt, module, 'in2')).toMatchObject({ error: { name: 'DeviceNotOnline' } });
    expect(sendInput(mqtt, module, 'in1').ok).toBe(true);
    expect(await topicsOf(client)).toEqual(['devices/d/modules/m/inputs/in1/%24.cdid=d&%24.cmid=m']);
  });

  it('does not reach the device of the module', async () => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    const device = await mqtt.connect('d');
    await device.subscribe(['#', 1], ['devices/d/#', 1]);
    await (await mqtt.connect('d/m')).subscribe(['#', 0]);
    expect(sendInput(mqtt, module, 'in1').ok).toBe(true);
    expect(await topicsOf(device)).toEqual([]);
  });
});

describe('SUBSCRIBE', () => {
  it('is granted for the telemetry of the client, which is not sent back', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    expect(await client.subscribe(['devices/d/messages/events/#', 1], ['#', 1])).toEqual([1, 1]);
    client.publish('devices/d/messages/events/', 'mine');
    await client.next('puback');
    expect(await topicsOf(client)).toEqual([]);
  });

  it('is answered by one code for each filter, in order, also for equal filters', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const raw = await mqtt.connect('d');
    expect(await raw.subscribe([C2D, 0], [METHODS, 1], [C2D, 2], [METHODS, 0])).toEqual([0, 1, 1, 0]);
    await using client = await connectPackage(mqtt, 'd');
    const granted = await client.subscribeAsync([C2D, METHODS, C2D], { qos: 1 });
    expect(granted.map(({ qos }) => qos)).toEqual([1, 1, 1]);
  });

  it('gives the last QoS to equal filters', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d', { clean: false });
    await client.subscribe([C2D, 1], [C2D, 0]);
    send(mqtt, device, '1');
    expect(await client.next('publish')).toMatchObject({ qos: 0 });
    expect(mqtt.hub.subscriptions.find(device)).toEqual([{ filter: C2D, qualityOfService: 0 }]);
  });

  it('closes the connection at the 101st subscription, and names the reason', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    const filters = Array.from(
      { length: 100 },
      (_, index) => [`$iothub/methods/POST/m${index}/#`, 0] as const,
    );
    await client.subscribe(...filters);
    await client.subscribe(...filters);
    client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ topic: METHODS, qos: 0 }] });
    await client.closed;
    const { fields } = await mqtt.untilLogged('subscribe-filter-forbidden');
    expect(fields.message).toBe('The client has too many subscriptions.');
  });

  it.each([
    '$share/group/devices/d/messages/devicebound/#',
    '+/twin/res/#',
    'devices/other/#',
    'devices/d/modules/m/#',
    'devices/d/messages/devicebounds/#',
  ])('to %s closes the connection and names the filter', async (filter) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d/m');
    const client = await mqtt.connect('d');
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] });
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    const { fields } = await mqtt.untilLogged('subscribe-filter-forbidden');
    expect(fields.message).toBe(`The filter '${filter}' matches no topic of this client.`);
  });

  it.each(['a#b', 'a+b'])('of the device %s stores nothing that ends a later CONNECT', async (deviceId) => {
    await using mqtt = await startMqttHub();
    mqtt.register(deviceId);
    const first = await mqtt.connect(deviceId, { clean: false });
    const topic = `devices/${deviceId}/messages/devicebound/#`;
    // The broker would store both, because it stores a whole packet if it allows one of its filters.
    const subscriptions = [METHODS, topic].map((filter) => ({ topic: filter, qos: 1 }) as const);
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    await first.closed;
    const second = await mqtt.connect(deviceId, { clean: false });
    expect(second.sessionPresent).toBe(false);
    await second.settle();
  });
});

describe('UNSUBSCRIBE', () => {
  it('keeps the deliveries of another filter that matches', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([C2D, 1], ['#', 0], ['$iothub/#', 0], [METHODS, 0]);
    await unsubscribe(client, C2D, '$iothub/#');
    send(mqtt, device, '1');
    expect(await client.next('publish')).toMatchObject({ qos: 0 });
    void invoke(mqtt, device, 'reboot');
    expect((await client.next('publish')).topic).toBe('$iothub/methods/POST/reboot/?$rid=1');
    patchDesired(mqtt.hub, device, { a: 1 });
    await unsubscribe(client, '#');
    send(mqtt, device, '2');
    await client.settle();
    expect(pendingCount(mqtt, device)).toBe(1);
    expect(client.received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(2);
  });

  it('is answered for a filter of the client that it has not subscribed to', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    await unsubscribe(client, 'devices/d/messages/events/#', 'devices/+/#');
    await client.settle();
  });
});

describe('a persistent session', () => {
  it('matches the filters that it restores', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const first = await mqtt.connect('d', { clean: false });
    await first.subscribe(['devices/+/messages/devicebound/#', 1], ['#', 0], ['$iothub/twin/res/200/#', 0]);
    first.send({ cmd: 'disconnect' });
    await first.closed;
    send(mqtt, device, '1');
    const second = await mqtt.connect('d', { clean: false });
    expect(second.sessionPresent).toBe(true);
    expect(await second.next('publish')).toMatchObject({ qos: 1 });
    second.publish('$iothub/twin/PATCH/properties/reported/?$rid=1', '{}', { qos: 0 });
    second.publish('$iothub/twin/GET/?$rid=2', '', { qos: 0 });
    expect((await second.next('publish')).topic).toBe('$iothub/twin/res/200/?$rid=2');
  });

  it('leaves out stored filters that the client may not have', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    mqtt.hub.subscriptions.replace(device, [
      { filter: 'devices/d#/messages/devicebound/#', qualityOfService: 1 },
      { filter: TWIN, qualityOfService: 0 },
    ]);
    const client = await mqtt.connect('d', { clean: false });
    expect(client.sessionPresent).toBe(true);
    client.publish('$iothub/twin/GET/?$rid=1', '', { qos: 0 });
    expect((await client.next('publish')).topic).toBe('$iothub/twin/res/200/?$rid=1');
    await client.subscribe([METHODS, 0]);
    expect(mqtt.hub.subscriptions.find(device).map(({ filter }) => filter)).toEqual([TWIN, METHODS]);
  });
});

import { createHook } from 'node:async_hooks';
import { duplexPair } from 'node:stream';
import { connectAsync } from 'mqtt';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { HeldJournal } from '../../fakes/held-journal.ts';
import { type MqttHub, patchDesired, startMqttHub, userNameOf } from '../mqtt-hub.ts';
import { type RawClient, rawClientOn } from '../raw-client.ts';
import { waitUntil } from '../wait-until.ts';

const EVENTS = 'devices/d/messages/events/';
const REPORTED = '$iothub/twin/PATCH/properties/reported/?$rid=1';
const FILTERS = ['$iothub/twin/res/#', '$iothub/twin/PATCH/properties/desired/#'];

/** A client on a stream within the process, subscribed to its twin. */
async function connectInProcess(mqtt: MqttHub): Promise<RawClient> {
  const [clientSide, hubSide] = duplexPair();
  mqtt.door.accept(hubSide, { certificates: () => [], transport: 'mqtt' });
  const client = rawClientOn(clientSide);
  client.connect('d', { username: userNameOf('d'), password: mqtt.passwordOf('d') });
  await client.next('connack');
  await client.subscribe(...FILTERS.map((filter) => [filter, 0] as const));
  return client;
}

function wordsOf({ received }: RawClient): readonly string[] {
  return received.slice(2).map((packet) => {
    if (packet.cmd === 'publish') return packet.topic;
    return packet.cmd === 'puback' ? `puback ${packet.messageId}` : packet.cmd;
  });
}

function untilGroups(journal: HeldJournal, count: number): Promise<true> {
  return waitUntil(`${count} group(s)`, () => journal.groupCount >= count);
}

/** Waits for ten turns of the event loop. */
async function turn(): Promise<void> {
  for (let count = 0; count < 10; count++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a hub with a journal', () => {
  it('sends CONNACK when the connection state is kept', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    mqtt.register('d');
    journal.hold();
    const [clientSide, hubSide] = duplexPair();
    mqtt.door.accept(hubSide, { certificates: () => [], transport: 'mqtt' });
    const client = rawClientOn(clientSide);
    client.connect('d', { username: userNameOf('d'), password: mqtt.passwordOf('d') });
    await untilGroups(journal, 1);
    await turn();
    expect(client.received).toEqual([]);
    journal.keep(0);
    expect((await client.next('connack')).returnCode).toBe(0);
  });

  it('sends PUBACKs to a client of the mqtt package in order, when their events are kept', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    mqtt.register('d');
    const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
      clientId: 'd',
      username: userNameOf('d'),
      password: mqtt.passwordOf('d'),
      reconnectPeriod: 0,
    });
    journal.hold();
    const acknowledged: string[] = [];
    const publish = async (body: string): Promise<void> => {
      await client.publishAsync(EVENTS, body, { qos: 1 });
      acknowledged.push(body);
    };
    const first = publish('first');
    await untilGroups(journal, 1);
    const second = publish('second');
    await untilGroups(journal, 2);
    expect(await mqtt.events(2)).toHaveLength(2);
    journal.keep(1);
    await turn();
    expect(acknowledged).toEqual([]);
    journal.keep(0);
    await Promise.all([first, second]);
    expect(acknowledged).toEqual(['first', 'second']);
    client.end(true);
  });

  it('sends a twin response after its PUBACK when the change is kept', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    mqtt.register('d');
    const client = await connectInProcess(mqtt);
    journal.hold();
    client.publish(EVENTS, 'x', { messageId: 7 });
    client.publish(REPORTED, '{"a":1}', { messageId: 8 });
    await untilGroups(journal, 3);
    await turn();
    expect(wordsOf(client)).toEqual([]);
    for (let index = 0; index < 3; index++) journal.keep(index);
    await waitUntil('the response', () => wordsOf(client).length === 3);
    expect(wordsOf(client)).toEqual(['puback 7', 'puback 8', '$iothub/twin/res/204/?$rid=1&$version=2']);
  });

  it('sends a delivery after an earlier PUBACK', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    const identity = mqtt.register('d');
    const client = await connectInProcess(mqtt);
    journal.hold();
    client.publish(EVENTS, 'x', { messageId: 7 });
    await untilGroups(journal, 1);
    patchDesired(mqtt.hub, identity, { a: 1 });
    await turn();
    expect(wordsOf(client)).toEqual([]);
    journal.keep(0);
    await waitUntil('the patch', () => wordsOf(client).length === 2);
    expect(wordsOf(client)).toEqual(['puback 7', '$iothub/twin/PATCH/properties/desired/?$version=2']);
  });

  it('sends a PUBACK also after DISCONNECT', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    mqtt.register('d');
    const client = await mqtt.connect('d');
    journal.hold();
    client.publish(EVENTS, 'x', { messageId: 7 });
    client.send({ cmd: 'disconnect' });
    await untilGroups(journal, 1);
    await turn();
    expect(client.isClosed()).toBe(false);
    journal.keep(0);
    await client.closed;
    expect(client.received.slice(1)).toMatchObject([{ cmd: 'puback', messageId: 7 }]);
  });

  it('ends the connection without a PUBACK if the journal fails', async () => {
    const journal = new HeldJournal();
    await using mqtt = await startMqttHub({}, journal);
    mqtt.register('d');
    const client = await mqtt.connect('d');
    journal.hold();
    client.publish(EVENTS, 'x', { messageId: 7 });
    await untilGroups(journal, 1);
    journal.fail(0, new Error('The disk is full.'));
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    expect((await mqtt.untilLogged('emulator-failed')).fields['message']).toMatch(/The disk is full\./);
  });
});

describe('a hub without a journal', () => {
  it('writes a PUBACK within the read of its PUBLISH, and creates no promise', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const [clientSide, hubSide] = duplexPair();
    mqtt.door.accept(hubSide, { certificates: () => [], transport: 'mqtt' });
    const client = rawClientOn(clientSide);
    client.connect('d', { username: userNameOf('d'), password: mqtt.passwordOf('d') });
    await client.next('connack');
    const written: Buffer[] = [];
    hubSide.write = (chunk: Buffer) => {
      written.push(chunk);
      return true;
    };
    const publish = {
      cmd: 'publish',
      topic: EVENTS,
      payload: 'x',
      qos: 1,
      dup: false,
      retain: false,
    } as const;
    const bytes = Buffer.concat([7, 8].map((messageId) => generate({ ...publish, messageId })));
    let promises = 0;
    const hook = createHook({
      init: (_id, type) => {
        if (type === 'PROMISE') promises += 1;
      },
    }).enable();
    hubSide.emit('data', bytes);
    hook.disable();
    expect(promises).toBe(0);
    expect(Buffer.concat(written)).toEqual(Buffer.from([0x40, 2, 0, 7, 0x40, 2, 0, 8]));
  });
});

import { Aedes } from 'aedes';
import { generate, type Packet, parser } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { type Broker, createBroker } from '../../../emulator/mqtt/wire/broker.ts';
import { type BrokerPeer, BrokerStream } from '../../../emulator/mqtt/wire/broker-stream.ts';
import { waitUntil } from '../wait-until.ts';

const METHODS = '$iothub/methods/POST/#';

interface Attached {
  readonly stream: BrokerStream;
  /** Each is what the broker wrote at once. */
  readonly writes: Buffer[];
  /** What the broker told the front, in order, its writes included. */
  readonly told: string[];
}

/** A front that lets every client in and is slow to write. */
function attach(broker: Broker, packets: readonly Packet[]): Attached {
  const writes: Buffer[] = [];
  const told: string[] = [];
  let isOpen = false;
  const peer: BrokerPeer = {
    get isOpen() {
      return isOpen;
    },
    takeBrokerPackets: (bytes, written) => {
      writes.push(bytes);
      told.push(...packetsOf(bytes).map(({ cmd }) => cmd));
      isOpen = true;
      setImmediate(written);
    },
    feedBroker: () => undefined,
    loseBroker: () => told.push('lost'),
    prepareConnect: ({ clientId }) => told.push(`prepare ${clientId}`),
    connect: (password) => {
      told.push(`authenticate ${password}`);
      return true;
    },
    restore: ({ topic, qos }) => told.push(`restore ${topic} ${qos}`),
    grant: (filters) => told.push(...filters.map(({ topic, qos }) => `grant ${topic} ${qos}`)),
    revoke: (filters) => told.push(`revoke ${filters}`),
    attempt: (work) => work(),
  };
  const stream = new BrokerStream(peer);
  broker.attach(stream);
  for (const packet of packets) stream.push(generate(packet));
  return { stream, writes, told };
}

/** The packets in these bytes; throws where they do not end with a packet's end. */
function packetsOf(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  const reader = parser();
  reader.on('packet', (packet) => packets.push({ ...packet }));
  if (reader.parse(bytes) > 0) throw new Error('half a packet was written');
  return packets;
}

const connect: Packet = {
  cmd: 'connect',
  clientId: 'd',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: false,
  keepalive: 0,
  username: 'u',
  password: Buffer.from('p'),
};

function subscribe(messageId: number): Packet {
  return { cmd: 'subscribe', messageId, subscriptions: [{ topic: METHODS, qos: 1 }] };
}

it('is the version of aedes that was examined: look at every test of this folder before another one is taken', () => {
  const { version } = new Aedes() as unknown as { readonly version: string };
  expect(version).toBe('1.2.0');
});

it('The broker writes whole packets only, however slowly they are taken', async () => {
  const broker = await createBroker(() => undefined);
  const pings: Packet[] = Array.from({ length: 50 }, () => ({ cmd: 'pingreq' }));
  const subscribes = Array.from({ length: 50 }, (_, index) => subscribe(index + 1));
  const { stream, writes, told } = attach(broker, [connect, ...subscribes, ...pings]);
  await waitUntil('all answers', () => told.filter((word) => word === 'pingresp').length === 50);
  expect(writes.flatMap(packetsOf)).toHaveLength(101);
  expect(told.filter((word) => word === 'suback')).toHaveLength(50);
  stream.destroy();
  await broker.close();
});

it('The broker asks before CONNACK, tells of subscriptions in the turn of their SUBACK, and restores them before the next CONNACK', async () => {
  const broker = await createBroker(() => undefined);
  const first = attach(broker, [connect]);
  await waitUntil('CONNACK', () => first.told.includes('connack'));
  first.stream.push(generate(subscribe(7)));
  await waitUntil('SUBACK', () => first.told.includes('suback'));
  expect(first.told).toEqual(['prepare d', 'authenticate p', 'connack', `grant ${METHODS} 1`, 'suback']);
  first.stream.destroy();
  const second = attach(broker, [connect]);
  await waitUntil('CONNACK', () => second.told.includes('connack'));
  expect(second.told).toEqual(['prepare d', 'authenticate p', `restore ${METHODS} 1`, 'connack']);
  second.stream.push(generate({ cmd: 'unsubscribe', messageId: 8, unsubscriptions: [METHODS] }));
  await waitUntil('UNSUBACK', () => second.told.includes('unsuback'));
  expect(second.told).toContain(`revoke ${METHODS}`);
  second.stream.destroy();
  await broker.close();
});

it('The broker forgets a session when it is told to', async () => {
  const broker = await createBroker(() => undefined);
  const first = attach(broker, [connect, subscribe(1)]);
  await waitUntil('SUBACK', () => first.told.includes('suback'));
  first.stream.destroy();
  broker.forgetSession('d');
  const second = attach(broker, [connect]);
  await waitUntil('CONNACK', () => second.told.includes('connack'));
  expect(second.told).not.toContain(`restore ${METHODS} 1`);
  second.stream.destroy();
  await broker.close();
});

it('A client whose connection ends at any moment of CONNECT leaves nothing behind', async () => {
  const broker = await createBroker(() => undefined);
  for (let turns = 0; turns < 12; turns++) {
    const { stream, told } = attach(broker, [connect]);
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    stream.destroy();
    await waitUntil('the end', () => told.includes('lost'));
  }
  const last = attach(broker, [connect, { cmd: 'pingreq' }]);
  await waitUntil('PINGRESP', () => last.told.includes('pingresp'));
  last.stream.destroy();
  await broker.close();
});

import { Aedes } from 'aedes';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { Broker } from '../../../../emulator/mqtt/wire/broker/broker.ts';
import type { BrokerClient } from '../../../../emulator/mqtt/wire/broker/broker-client.ts';
import { type BrokerPeer, BrokerStream } from '../../../../emulator/mqtt/wire/broker/broker-stream.ts';
import type { Subscription } from '../../../../emulator/mqtt/wire/service.ts';
import { waitUntil } from '../../wait-until.ts';

const METHODS = '$iothub/methods/POST/#';
const TWIN = '$iothub/twin/res/#';

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

/** The persistent subscriptions of one client. */
interface Session {
  subscriptions: readonly Subscription[];
}

/** A connection that keeps what the broker asks and reports, in order. */
class RecordingPeer implements BrokerPeer {
  readonly calls: string[] = [];
  readonly #session: Session;
  readonly #isAccepted: boolean;

  constructor(session: Session, isAccepted = true) {
    this.#session = session;
    this.#isAccepted = isAccepted;
  }

  prepareConnect({ clientId }: { readonly clientId: string }): void {
    this.calls.push(`prepare ${clientId}`);
  }

  authenticate(password: Buffer | undefined): boolean {
    this.calls.push(`authenticate ${password}`);
    return this.#isAccepted;
  }

  completeConnect(isCleanSession: boolean): void {
    this.calls.push(`complete ${isCleanSession ? 'clean' : 'persistent'}`);
  }

  findSubscriptions(): readonly Subscription[] {
    this.calls.push('find');
    return this.#session.subscriptions;
  }

  replaceSubscriptions(subscriptions: readonly Subscription[]): void {
    this.calls.push('replace');
    this.#session.subscriptions = subscriptions;
  }

  loseBroker(error: Error): void {
    this.calls.push(`lose ${error.message}`);
  }

  attempt<T>(work: () => T): T {
    return work();
  }
}

async function openClient(
  session: Session,
  packet: Packet = connect,
): Promise<{ readonly client: BrokerClient; readonly peer: RecordingPeer }> {
  const broker = await Broker.create(() => undefined);
  const peer = new RecordingPeer(session);
  const client = broker.attach(peer);
  client.connect(generate(packet));
  await waitUntil('the end of CONNECT', () => peer.calls.some((call) => call.startsWith('complete')));
  return { client, peer };
}

function subscribe(
  client: BrokerClient,
  ...subscriptions: readonly Subscription[]
): Promise<readonly Subscription[] | Error> {
  return new Promise((resolve) => client.subscribe(subscriptions, resolve));
}

function unsubscribe(client: BrokerClient, filter: string): Promise<readonly string[] | Error> {
  return new Promise((resolve) => client.unsubscribe([filter], resolve));
}

it('aedes has the version whose source this folder relies on; check its calls before an update', () => {
  const { version } = new Aedes() as unknown as { readonly version: string };
  expect(version).toBe('1.2.0');
});

describe('the broker', () => {
  it('authenticates a client and restores its session before CONNECT is complete', async () => {
    const { peer, client } = await openClient({ subscriptions: [{ filter: METHODS, qualityOfService: 1 }] });
    expect(peer.calls).toEqual(['prepare d', 'authenticate p', 'find', 'complete persistent']);
    client.close();
  });

  it('does nothing more for a client that is not accepted', async () => {
    const broker = await Broker.create(() => undefined);
    const refused = new RecordingPeer({ subscriptions: [] }, false);
    const client = broker.attach(refused);
    client.connect(generate(connect));
    await openClient({ subscriptions: [] });
    expect(refused.calls).toEqual(['prepare d', 'authenticate p']);
    client.close();
    await broker.close();
  });

  it('writes the subscriptions of a persistent session to the service, in the order in which they were made', async () => {
    const session: Session = { subscriptions: [] };
    const { client } = await openClient(session);
    const methods: Subscription = { filter: METHODS, qualityOfService: 0 };
    const twin: Subscription = { filter: TWIN, qualityOfService: 1 };
    expect(await subscribe(client, methods, twin)).toEqual([methods, twin]);
    expect(session.subscriptions).toEqual([methods, twin]);
    await subscribe(client, { ...methods, qualityOfService: 1 });
    expect(session.subscriptions).toEqual([{ ...methods, qualityOfService: 1 }, twin]);
    expect(await unsubscribe(client, METHODS)).toEqual([METHODS]);
    expect(session.subscriptions).toEqual([twin]);
    client.close();
  });

  it('writes equal subscriptions once', async () => {
    const { client, peer } = await openClient({ subscriptions: [] });
    const methods: Subscription = { filter: METHODS, qualityOfService: 0 };
    const twin: Subscription = { filter: TWIN, qualityOfService: 1 };
    await subscribe(client, methods, twin);
    await subscribe(client, twin);
    expect(peer.calls.filter((call) => call === 'replace')).toHaveLength(1);
    client.close();
  });

  it('grants equal filters of one SUBSCRIBE once, with the last QoS', async () => {
    const { client } = await openClient({ subscriptions: [] });
    const granted = await subscribe(
      client,
      { filter: METHODS, qualityOfService: 0 },
      { filter: METHODS, qualityOfService: 1 },
    );
    expect(granted).toEqual([{ filter: METHODS, qualityOfService: 1 }]);
    client.close();
  });

  it('deletes the subscriptions of earlier sessions for a clean session, and writes none for it', async () => {
    const session: Session = { subscriptions: [{ filter: METHODS, qualityOfService: 1 }] };
    const { client, peer } = await openClient(session, { ...connect, clean: true });
    expect(session.subscriptions).toEqual([]);
    await subscribe(client, { filter: METHODS, qualityOfService: 1 });
    await unsubscribe(client, METHODS);
    expect(session.subscriptions).toEqual([]);
    expect(peer.calls.filter((call) => call === 'replace')).toHaveLength(1);
    client.close();
  });

  it('holds no session itself: another client with the id gets what its own service stores', async () => {
    const first = await openClient({ subscriptions: [] });
    await subscribe(first.client, { filter: METHODS, qualityOfService: 1 });
    first.client.close();
    const empty: Session = { subscriptions: [] };
    const second = await openClient(empty);
    second.client.close();
    expect(empty.subscriptions).toEqual([]);
  });

  it('refuses an illegal topic filter', async () => {
    const { client } = await openClient({ subscriptions: [] });
    expect(await subscribe(client, { filter: 'a/#/b', qualityOfService: 0 })).toBeInstanceOf(Error);
    expect(await unsubscribe(client, 'a/#/b')).toBeInstanceOf(Error);
    client.close();
  });

  it('reports a malformed CONNECT', async () => {
    const broker = await Broker.create(() => undefined);
    const peer = new RecordingPeer({ subscriptions: [] });
    const packet = generate(connect);
    packet[9] = 0x03;
    broker.attach(peer).connect(packet);
    await waitUntil('the error', () => peer.calls.length > 0);
    expect(peer.calls).toEqual(['lose Connect flag bit 0 must be 0, but got 1']);
    await broker.close();
  });

  it('serves other clients after a client is closed at any moment of CONNECT', async () => {
    const broker = await Broker.create(() => undefined);
    for (let turns = 0; turns < 12; turns++) {
      const client = broker.attach(new RecordingPeer({ subscriptions: [] }));
      client.connect(generate(connect));
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      client.close();
    }
    const last = new RecordingPeer({ subscriptions: [] });
    broker.attach(last).connect(generate(connect));
    await waitUntil('the end of CONNECT', () => last.calls.includes('complete persistent'));
    await broker.close();
  });

  it('cannot write a packet', () => {
    const stream = new BrokerStream(new RecordingPeer({ subscriptions: [] }));
    expect(() => stream.cork()).toThrow('The broker wrote a packet.');
  });
});

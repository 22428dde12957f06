import { Aedes } from 'aedes';
import type { WireLog } from '../service.ts';
import { BrokerClient } from './broker-client.ts';
import { BrokerPersistence } from './broker-persistence.ts';
import { type BrokerPeer, peerOf } from './broker-stream.ts';

/**
 * The MQTT broker of all connections. It parses CONNECT, restores sessions and checks topic filters. Connections take
 * every PUBLISH and answer every packet themselves.
 */
export class Broker {
  readonly #aedes: Aedes;
  readonly #persistence: BrokerPersistence;

  private constructor(aedes: Aedes, persistence: BrokerPersistence) {
    this.#aedes = aedes;
    this.#persistence = persistence;
  }

  static async create(log: WireLog): Promise<Broker> {
    const persistence = new BrokerPersistence();
    const aedes = await Aedes.createBroker({
      drainTimeout: 0,
      mq: SILENT_EMITTER,
      persistence,
      authorizeForward: () => null,
      preConnect: (client, packet, done) => {
        const peer = peerOf(client);
        peer.attempt(() => peer.prepareConnect(packet));
        done(null, true);
      },
      // After a refusal `done` is not called, because aedes would write CONNACK.
      authenticate: (client, _userName, password, done) => {
        const peer = peerOf(client);
        const isAccepted = peer.attempt(() => peer.authenticate(password)) === true;
        if (isAccepted) persistence.runReader(client, () => done(null, true));
      },
      authorizePublish: (_client, _packet, done) => done(new Error('No message passes through the broker.')),
    });
    (aedes as NodeJS.EventEmitter).on('error', (error: Error) => {
      log('error', 'broker-failed', { message: error.stack ?? error.message });
    });
    return new Broker(aedes, persistence);
  }

  /** Adds a client. `peer` is called from its CONNECT on. */
  attach(peer: BrokerPeer): BrokerClient {
    return new BrokerClient(this.#aedes, this.#persistence, peer);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(resolve));
  }
}

// The default emitter of aedes would match topics, and topics that begin with `$iothub` are equal for all clients.
const SILENT_EMITTER = {
  on: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  emit: (_packet: unknown, done?: () => void) => done?.(),
  close: (done?: () => void) => done?.(),
};

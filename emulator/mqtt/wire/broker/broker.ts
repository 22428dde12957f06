import { Aedes, type Client } from 'aedes';
import type { WireLog } from '../service.ts';
import { BrokerClient } from './broker-client.ts';
import { BrokerPersistence } from './broker-persistence.ts';
import { type BrokerPeer, peerOf } from './broker-stream.ts';

/** The MQTT broker behind the front. It parses CONNECT, checks topic filters and keeps the subscriptions of sessions. */
export interface Broker {
  attach(peer: BrokerPeer): BrokerClient;
  close(): Promise<void>;
}

/** Starts the broker. No message passes through it, and it never answers a client: both is the front's. */
export async function createBroker(log: WireLog): Promise<Broker> {
  const persistence = new BrokerPersistence();
  const broker = await Aedes.createBroker({
    drainTimeout: 0,
    mq: SILENT_EMITTER,
    persistence,
    authorizeForward: () => null,
    preConnect: (client, packet, done) => {
      const peer = peerOf(client);
      peer.attempt(() => peer.prepareConnect(packet));
      done(null, true);
    },
    // aedes is not told of a refusal, because it would write CONNACK.
    authenticate: (client, _userName, password, done) => {
      if (isAccepted(client, password)) persistence.runReader(client, () => done(null, true));
    },
    authorizePublish: (_client, _packet, done) => done(new Error('No message passes through the broker.')),
  });
  (broker as NodeJS.EventEmitter).on('error', (error: Error) => {
    log('error', 'broker-failed', { message: error.stack ?? error.message });
  });
  return {
    attach: (peer) => new BrokerClient(broker, persistence, peer),
    close: () => new Promise((resolve) => broker.close(resolve)),
  };
}

function isAccepted(client: Client, password: Buffer | undefined): boolean {
  const peer = peerOf(client);
  let isAccepted = false;
  peer.attempt(() => {
    isAccepted = peer.authenticate(password);
  });
  return isAccepted;
}

// An emitter through which nothing travels: aedes would match topics, and `$iothub` names are the same for every client.
const SILENT_EMITTER = {
  on: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  emit: (_packet: unknown, done?: () => void) => done?.(),
  close: (done?: () => void) => done?.(),
};

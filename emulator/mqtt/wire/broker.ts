import { Aedes, type AuthenticateError, type Client } from 'aedes';
import { writeToStream } from 'mqtt-packet';
import type { Log } from '../../hub/ports.ts';
import type { BrokerPeer, BrokerStream } from './broker-stream.ts';

// Else the first packet costs 6 MB and tens of milliseconds for a table of all 65,536 packet ids.
writeToStream.cacheNumbers = false;

/** The MQTT broker behind the front: it speaks CONNECT, SUBSCRIBE and UNSUBSCRIBE and keeps persistent sessions. */
export interface Broker {
  /** Hands a client over; returns the way to take it away again. */
  attach(stream: BrokerStream): () => void;
  /** Drops what a persistent session of this client would bring back. */
  forgetSession(clientId: string): void;
  close(): Promise<void>;
}

// CONNACK 5, "not authorized": the answer to every refused credential.
const NOT_AUTHORIZED = 5;
// Packets that the front passed on while CONNECT was still being answered; the default would drop the client.
const QUEUE_LIMIT = 1000;

/** Starts the broker. Nothing ever travels through it from one client to another. */
export async function createBroker(log: Log): Promise<Broker> {
  const broker = await Aedes.createBroker({
    queueLimit: QUEUE_LIMIT,
    // The front itself minds the clients that do not read.
    drainTimeout: 0,
    mq: SILENT_EMITTER,
    authorizeForward: () => null,
    preConnect: (client, packet, done) => {
      const connection = connectionOf(client);
      connection.attempt(() => connection.prepareConnect(packet));
      done(null, true);
    },
    authenticate: (client, _userName, password, done) => {
      const connection = connectionOf(client);
      let isAccepted = false;
      connection.attempt(() => {
        isAccepted = connection.connect(password);
      });
      if (isAccepted) done(null, true);
      else done(notAuthorized(), null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const connection = connectionOf(client);
      if (!connection.isOpen) connection.attempt(() => connection.restore(subscription));
      done(null, subscription);
    },
    // The front takes every PUBLISH and every will.
    authorizePublish: (_client, _packet, done) => done(new Error('No message passes the broker.')),
  });
  broker.on('subscribe', (filters, client) => {
    const connection = connectionOf(client);
    connection.attempt(() => connection.grant(filters));
  });
  broker.on('unsubscribe', (filters, client) => {
    const connection = connectionOf(client);
    connection.attempt(() => connection.revoke(filters));
  });
  (broker as NodeJS.EventEmitter).on('error', (error: Error) => {
    log('error', 'broker-failed', { message: error.stack ?? error.message });
  });
  return {
    attach: (stream) => {
      const client = broker.handle(stream);
      // Cheaper than to destroy the stream, at which the broker would be told of a premature end, with a stack trace.
      return () => client.close();
    },
    forgetSession: (clientId) => {
      (broker as unknown as PersistentBroker).persistence.cleanSubscriptions({ id: clientId });
    },
    close: () => new Promise((resolve) => broker.close(resolve)),
  };
}

// An emitter through which nothing travels: aedes would match topics, and `$iothub` names are the same for every client.
const SILENT_EMITTER = {
  on: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: () => void) => done?.(),
  emit: (_packet: unknown, done?: () => void) => done?.(),
  close: (done?: () => void) => done?.(),
};

/** What aedes has and its types do not tell. */
interface PersistentBroker {
  readonly persistence: { cleanSubscriptions(client: { readonly id: string }): Promise<void> };
}

function connectionOf(client: Client): BrokerPeer {
  return (client.conn as BrokerStream).peer;
}

function notAuthorized(): AuthenticateError {
  return Object.assign(new Error('not authorized'), { returnCode: NOT_AUTHORIZED });
}

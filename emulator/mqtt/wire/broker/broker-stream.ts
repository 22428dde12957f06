import { Duplex } from 'node:stream';
import type { Client, ConnectPacket } from 'aedes';
import type { Subscription } from '../service.ts';

/** The connection for which the broker reads and asks. */
export interface BrokerPeer {
  /** The broker has parsed a CONNECT. */
  prepareConnect(packet: ConnectPacket): void;
  /** Returns true if the client is accepted. Otherwise the broker does nothing more for it. */
  authenticate(password: Buffer | undefined): boolean;
  /** The broker has restored the session; CONNECT can be answered. */
  completeConnect(isCleanSession: boolean): void;
  findSubscriptions(): readonly Subscription[];
  replaceSubscriptions(subscriptions: readonly Subscription[]): void;
  /** The broker found a malformed packet. */
  loseBroker(error: Error): void;
  /** Runs what bytes from outside cause. An exception ends this connection and no other. */
  attempt(work: () => void): void;
}

/** The stream from which the broker reads the CONNECT of one client. Nothing is ever written to it. */
export class BrokerStream extends Duplex {
  readonly peer: BrokerPeer;

  constructor(peer: BrokerPeer) {
    super();
    this.peer = peer;
  }

  override _read(): void {}

  /**
   * The first call of mqtt-packet's writer, which the broker would use for an answer. It must not come further: at its
   * first packet it makes a table of all packet ids for the whole process, of 6 MB.
   */
  override cork(): never {
    throw new Error('The broker wrote a packet.');
  }

  override _destroy(error: Error | null, callback: (error: null) => void): void {
    if (error !== null) this.peer.loseBroker(error);
    callback(null);
  }
}

/** Returns the connection of a client of the broker. */
export function peerOf(client: Client): BrokerPeer {
  return (client.conn as BrokerStream).peer;
}

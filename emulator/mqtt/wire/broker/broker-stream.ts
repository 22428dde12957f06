import { Duplex } from 'node:stream';
import type { Client, ConnectPacket } from 'aedes';
import type { Subscription } from '../service.ts';

/** The connection of a client of the broker. */
export interface BrokerPeer {
  /** Takes a CONNECT that the broker has parsed. */
  prepareConnect(packet: ConnectPacket): void;
  /** Returns true if the client is accepted. If not, the broker does nothing more for it. */
  authenticate(password: Buffer | undefined): boolean;
  /** Answers CONNECT, because the broker has restored the session. */
  completeConnect(isCleanSession: boolean): void;
  findSubscriptions(): readonly Subscription[];
  replaceSubscriptions(subscriptions: readonly Subscription[]): void;
  /** Ends the connection, because the broker cannot parse its CONNECT. */
  loseBroker(error: Error): void;
  /** Returns the result of `work`. An exception ends this connection, and no other; then the result is undefined. */
  attempt<T>(work: () => T): T | undefined;
}

/** The stream from which the broker reads the CONNECT of one client. The broker never writes to it. */
export class BrokerStream extends Duplex {
  readonly peer: BrokerPeer;

  constructor(peer: BrokerPeer) {
    super();
    this.peer = peer;
  }

  override _read(): void {}

  /**
   * Throws. The writer of mqtt-packet, which aedes uses, begins with this call. Its first packet in a process would
   * create a table of all packet ids with 6 MB.
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

import { Duplex } from 'node:stream';
import type { ConnectPacket } from 'aedes';

/** A topic filter as the broker grants it. */
export interface BrokerFilter {
  readonly topic: string;
  readonly qos: number;
}

/** The connection on whose behalf the broker reads, writes and asks. */
export interface BrokerPeer {
  /** True from CONNACK on the wire to the end of the connection. */
  readonly isOpen: boolean;
  /** Whole packets of the broker; `written` when the client's socket can take more. */
  takeBrokerPackets(packets: Buffer, written: () => void): void;
  /** The broker wants more packets. */
  feedBroker(): void;
  /** The broker, or the connection itself, ended the stream. */
  loseBroker(error: Error | null): void;
  /** The broker read a CONNECT. */
  prepareConnect(packet: ConnectPacket): void;
  /** Authenticates the CONNECT that was prepared and opens the client's session; false where it is refused. */
  connect(password: Buffer | undefined): boolean;
  /** A filter of a persistent session, before CONNACK. */
  restore(filter: BrokerFilter): void;
  /** The filters of one SUBSCRIBE; its SUBACK leaves at the end of this turn. */
  grant(filters: readonly BrokerFilter[]): void;
  /** The filters of one UNSUBSCRIBE; its UNSUBACK leaves at the end of this turn. */
  revoke(filters: readonly string[]): void;
  /** Runs what bytes from outside set off; a failure of ours ends this connection and no other. */
  attempt(work: () => void): void;
}

interface Chunk {
  readonly chunk: Buffer;
}

const MAXIMUM_UNREAD_BYTES = 8 * 1024 * 1024;

/**
 * What the broker takes for the client's socket: it reads the packets that the front leaves to it.
 * It writes a packet in several corked chunks, which arrive here together: never half a packet.
 */
export class BrokerStream extends Duplex {
  readonly peer: BrokerPeer;
  #isFull = false;

  constructor(peer: BrokerPeer) {
    super({ decodeStrings: true });
    this.peer = peer;
  }

  /** The broker has not read yet what it was fed. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** More waits for a client that does not read than a hub should keep. */
  get isOverflowing(): boolean {
    return this.writableLength > MAXIMUM_UNREAD_BYTES;
  }

  feed(packet: Buffer): void {
    if (!this.push(packet)) this.#isFull = true;
  }

  override _read(): void {
    this.#isFull = false;
    this.peer.feedBroker();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.peer.takeBrokerPackets(chunk, callback);
  }

  override _writev(chunks: readonly Chunk[], callback: () => void): void {
    this.peer.takeBrokerPackets(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  override _destroy(error: Error | null, callback: (error: null) => void): void {
    this.peer.loseBroker(error);
    callback(null);
  }
}

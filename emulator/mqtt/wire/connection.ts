import type { Duplex } from 'node:stream';
import type { Acknowledgements } from './acknowledgements.ts';
import { ClientPackets, type PacketHost } from './client-packets.ts';
import { ClientSocket, type SocketListener } from './client-socket.ts';
import {
  ConnectHandshake,
  type HandshakeHost,
  type HandshakeParts,
  type OpenedClient,
} from './connect-handshake.ts';
import { KeepAlive, silenceLimitOf } from './keep-alive.ts';
import { type FrameFault, type FrameReceiver, FrameSplitter } from './packets/frame-splitter.ts';
import { LIMITS_BEFORE_CONNECT, type PacketLimits } from './packets/packet-types.ts';
import { formatPublish, type OutgoingPublish } from './packets/publish-packet.ts';
import type { ConnectionEnd, MqttServiceClient, Peer, Refusal } from './service.ts';

/** The parts that all connections of a wire share. */
export interface SharedParts extends HandshakeParts {
  readonly connections: Set<Connection>;
  readonly acknowledgements: Acknowledgements;
  readonly limitsAfterConnect: PacketLimits;
}

// The code of the error of a WebSocket stream that receives text.
const NOT_BINARY = 'WS_MESSAGE_NOT_BINARY';

/**
 * One stream to a client. It splits the stream into packets and passes them to the handshake, and then to the accepted
 * client. It writes their answers and ends the connection.
 */
export class Connection implements FrameReceiver, HandshakeHost, PacketHost, SocketListener {
  readonly acknowledgements: Acknowledgements;
  readonly #shared: SharedParts;
  readonly #socket: ClientSocket;
  readonly #peer: Peer;
  readonly #splitter = new FrameSplitter(this, LIMITS_BEFORE_CONNECT);
  readonly #handshake: ConnectHandshake;
  #client: MqttServiceClient | undefined;
  #packets: ClientPackets | undefined;
  #keepAlive: KeepAlive | undefined;
  #state: 'waiting' | 'connecting' | 'open' | 'closed' = 'waiting';
  #hasTakenPacket = false;

  constructor(shared: SharedParts, stream: Duplex, peer: Peer) {
    this.acknowledgements = shared.acknowledgements;
    this.#shared = shared;
    this.#socket = new ClientSocket(stream, this);
    this.#peer = peer;
    this.#handshake = new ConnectHandshake(shared, peer, this);
    shared.connections.add(this);
    const lose = (): void => this.#finish('lost', 'flush');
    stream.on('data', this.#read);
    stream.on('end', lose);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === NOT_BINARY) this.drop({ reason: 'websocket-message-not-binary' });
      else lose();
    });
    stream.on('close', () => {
      lose();
      shared.connections.delete(this);
    });
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  takeFrame(bytes: Buffer, start: number, body: number, end: number): void {
    this.#hasTakenPacket = true;
    const refusal = (this.#packets ?? this.#handshake).take(bytes, start, body, end);
    if (refusal !== undefined) this.refuse(refusal);
  }

  takeFault(fault: FrameFault): void {
    this.refuse({ reason: fault });
  }

  beginConnect(): void {
    this.#state = 'connecting';
    // Packets after CONNECT must not count if the client is refused.
    this.hold();
  }

  open({ client, broker, keepAliveSeconds }: OpenedClient, connack: Buffer): void {
    this.#state = 'open';
    this.#client = client;
    this.#packets = new ClientPackets(client, broker, this, this.#shared.service.operations);
    this.#keepAlive = new KeepAlive(this.#shared.clock, silenceLimitOf(keepAliveSeconds), () =>
      this.drop({ reason: 'keep-alive-timeout' }),
    );
    this.#socket.write(connack, client.kept());
    client.begin();
    this.resume();
  }

  reject(connack: Buffer): void {
    this.#socket.write(connack);
    this.#finish('lost', 'flush');
  }

  hold(): void {
    this.#splitter.hold();
  }

  resume(): void {
    this.#splitter.release(this.#shared.limitsAfterConnect);
    this.#acknowledge();
    this.#socket.pauseWhile(this.#splitter.isBlocked);
  }

  publish(publish: OutgoingPublish): boolean {
    const packet = formatPublish(publish);
    if (packet === undefined) return false;
    if (this.#state !== 'closed') this.#socket.write(packet);
    return true;
  }

  answer(packet: Buffer): void {
    this.#acknowledge();
    if (this.#state !== 'closed') this.#socket.write(packet, this.#client?.kept());
  }

  disconnect(): void {
    this.#acknowledge();
    this.#finish('graceful', 'flush');
  }

  close(end: ConnectionEnd): void {
    this.#finish(end, 'abrupt');
  }

  refuse(refusal: Refusal): void {
    this.#acknowledge();
    this.drop(refusal, 'flush');
  }

  drop(refusal: Refusal, how: 'flush' | 'abrupt' = 'abrupt'): void {
    if (this.#state === 'closed') return;
    const { remoteAddress, transport } = this.#peer;
    const level = refusal.reason === 'emulator-failed' ? 'error' : 'warn';
    const fields = { ...this.#handshake.client?.logFields, ...refusal, remoteAddress, transport };
    this.#shared.log(level, 'connection-dropped', fields);
    this.#finish('lost', how);
  }

  overflow(): void {
    // At once, because one read may contain thousands of requests with large answers.
    this.#splitter.stop();
    // Later, because the service may be within a delivery.
    queueMicrotask(() => this.drop({ reason: 'client-does-not-read' }));
  }

  fail(error: unknown): void {
    const message = error instanceof Error ? error.stack : undefined;
    this.drop({ reason: 'emulator-failed', message: message ?? String(error) });
  }

  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#acknowledge();
      this.fail(error);
      return undefined;
    }
  }

  /** Ends the connection because the wire closes. Does not wait for a client that has to close its side. */
  [Symbol.dispose](): void {
    this.close('service-closed');
    this.#socket.destroy();
  }

  // A listener of the stream.
  readonly #read = (chunk: Buffer): void => {
    if (this.#state === 'closed') return;
    this.#hasTakenPacket = false;
    this.attempt(() => this.#splitter.push(chunk));
    this.#acknowledge();
    if (this.#hasTakenPacket) this.#keepAlive?.touch();
    if (this.#splitter.isBlocked) this.#socket.pauseWhile(true);
  };

  #acknowledge(): void {
    const packets = this.acknowledgements.take();
    if (packets === undefined || this.#state === 'closed') return;
    this.#socket.write(packets, this.#client?.kept());
  }

  #finish(end: ConnectionEnd, how: 'flush' | 'abrupt'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#splitter.stop();
    this.#keepAlive?.cancel();
    this.#handshake.close(end);
    if (how === 'abrupt') this.#socket.destroy();
    else this.#socket.hangUp(this.#shared.clock);
  }
}

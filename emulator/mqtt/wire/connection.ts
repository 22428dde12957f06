import type { Duplex } from 'node:stream';
import type { ConnectPacket } from 'aedes';
import type { DisconnectReason } from '../../hub/client-connection.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Timer } from '../../hub/ports.ts';
import { acceptConnect, type ConnectRequest, type Peer, takeConnectRequest } from '../hub/connect-request.ts';
import { MqttClient } from '../hub/mqtt-client.ts';
import type { ClientWire } from '../hub/mqtt-client-link.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import { type BrokerFilter, type BrokerPeer, BrokerStream } from './broker-stream.ts';
import { ClientSocket } from './client-socket.ts';
import { CONNACK_PROTOCOL_LEVEL, PROTOCOL_LEVEL, parseProtocolLevel } from './connect-packet.ts';
import type { DropReason } from './drop-reasons.ts';
import { type FrameFault, type FrameReceiver, FrameSplitter } from './frame-splitter.ts';
import { KeepAlive, silenceLimitOf } from './keep-alive.ts';
import { LIMITS_AFTER_CONNECT, LIMITS_BEFORE_CONNECT, PACKET_TYPES } from './packet-types.ts';

/** What the connections of one door share. */
export interface DoorParts {
  readonly hub: Hub;
  readonly connections: Set<Connection>;
  readonly acknowledgements: Acknowledgements;
  /** Hands a client over to the broker; returns the way to take it away again. */
  attachBroker(stream: BrokerStream): () => void;
}

const CONNECT_DEADLINE_MILLISECONDS = 30_000;

/**
 * One accepted stream: the front before the broker. It takes every PUBLISH, PUBACK, PINGREQ and DISCONNECT itself and
 * leaves CONNECT and subscriptions to the broker, once they have been judged. Everything toward the client passes here.
 */
export class Connection implements FrameReceiver, BrokerPeer, ClientWire {
  readonly #door: DoorParts;
  readonly #socket: ClientSocket;
  readonly #peer: Peer;
  readonly #splitter = new FrameSplitter(this, LIMITS_BEFORE_CONNECT);
  #state: 'greeting' | 'connecting' | 'open' | 'closed' = 'greeting';
  readonly #connectTimer: Timer;
  #keepAlive: KeepAlive | undefined;
  #broker: BrokerStream | undefined;
  #detachBroker: (() => void) | undefined;
  #request: ConnectRequest | undefined;
  #client: MqttClient | undefined;
  #hasHeardPacket = false;

  constructor(door: DoorParts, stream: Duplex, peer: Peer) {
    this.#door = door;
    this.#socket = new ClientSocket(stream);
    this.#peer = peer;
    door.connections.add(this);
    const lose = (): void => this.#finish('lost', 'flush');
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('end', lose);
    stream.on('error', lose);
    stream.on('close', () => {
      lose();
      door.connections.delete(this);
    });
    this.#connectTimer = door.hub.clock.schedule(CONNECT_DEADLINE_MILLISECONDS, () =>
      this.drop('connect-timeout'),
    );
  }

  takeFrame(bytes: Buffer, start: number, body: number, end: number): void {
    this.#hasHeardPacket = true;
    const dropReason = this.#take(bytes, start, body, end);
    if (dropReason !== undefined) this.#refuse(dropReason);
  }

  takeFault(fault: FrameFault): void {
    this.#refuse(fault);
  }

  prepareConnect(packet: ConnectPacket): void {
    this.#request = takeConnectRequest(packet);
  }

  connect(password: Buffer | undefined): boolean {
    const request = this.#request;
    this.#request = undefined;
    if (request === undefined || this.#state !== 'connecting') return false;
    const { hub } = this.#door;
    const accepted = acceptConnect(hub, request, password, this.#peer);
    if (accepted === undefined) return false;
    this.#client = new MqttClient(hub, accepted, this, this.#door.acknowledgements);
    // The hub may have closed the link while it opened the session.
    if (!this.#client.session.isOpen()) return false;
    const silenceLimit = silenceLimitOf(request.keepAliveSeconds);
    this.#keepAlive = new KeepAlive(hub.clock, silenceLimit, () => this.drop('keep-alive-timeout'));
    return true;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  restore({ topic, qos }: BrokerFilter): void {
    if (this.#state !== 'closed') this.#client?.grant(topic, qos === 0 ? 0 : 1);
  }

  grant(filters: readonly BrokerFilter[]): void {
    for (const filter of filters) this.restore(filter);
    this.#goOnAfterTurn();
  }

  revoke(filters: readonly string[]): void {
    if (this.#state === 'closed') return;
    for (const filter of filters) this.#client?.revoke(filter);
    this.#goOnAfterTurn();
  }

  takeBrokerPackets(packets: Buffer, written: () => void): void {
    if (this.#state === 'closed') {
      written();
      return;
    }
    this.#socket.write(packets);
    const isAccepted = packets[0] === PACKET_TYPES.CONNACK << 4 && packets[3] === 0;
    // Later, for what is written to a stream within its own `_writev` is lost.
    if (this.#state === 'connecting' && isAccepted) queueMicrotask(() => this.attempt(() => this.#open()));
    this.#socket.whenDrained(written);
  }

  feedBroker(): void {
    this.#regulate();
  }

  loseBroker(error: Error | null): void {
    if (error === null) this.#finish('lost', 'flush');
    else this.drop('packet-malformed', error.message);
  }

  /** Behind what the broker wrote in this turn: a SUBACK leaves before the first message of its subscription. */
  write(packet: Buffer): void {
    if (this.#state === 'closed' || this.#broker === undefined) return;
    this.#broker.write(packet);
    if (!this.#broker.isOverflowing) return;
    // At once, for one read may hold thousands of requests with large answers.
    this.#splitter.stop();
    // Later, for the hub may be in the midst of delivering.
    queueMicrotask(() => this.drop('client-does-not-read'));
  }

  closeByHub(reason: DisconnectReason): void {
    if (reason === 'hub-closed') this.#client?.forgetWill();
    this.#finish('lost', 'abrupt');
  }

  acknowledge(): void {
    const packets = this.#door.acknowledgements.take();
    if (packets !== undefined && this.#state !== 'closed') this.#socket.write(packets);
  }

  /** Ends the connection without a packet and says why in the log. */
  drop(reason: DropReason, message?: string, how: 'flush' | 'abrupt' = 'abrupt'): void {
    if (this.#state === 'closed') return;
    const { remoteAddress, transport } = this.#peer;
    const level = reason === 'emulator-failed' ? 'error' : 'warn';
    const fields = { ...this.#client?.identity, reason, message, remoteAddress, transport };
    this.#door.hub.log(level, 'connection-dropped', fields);
    this.#finish('lost', how);
  }

  attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.acknowledge();
      this.drop('emulator-failed', error instanceof Error ? error.stack : String(error));
    }
  }

  /** Ends the connection because the door is closed; no will is left. */
  close(): void {
    this.#client?.forgetWill();
    this.#finish('lost', 'abrupt');
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#state === 'closed') return;
    this.#hasHeardPacket = false;
    this.attempt(() => this.#splitter.push(chunk));
    this.acknowledge();
    if (this.#hasHeardPacket) this.#keepAlive?.touch();
    this.#regulate();
  }

  // The PUBACKs of what came before still arrive.
  #refuse(reason: DropReason): void {
    this.acknowledge();
    this.drop(reason, undefined, 'flush');
  }

  #take(bytes: Buffer, start: number, body: number, end: number): DropReason | undefined {
    const client = this.#client;
    const type = (bytes[start] as number) >> 4;
    if (client === undefined) return this.#takeConnect(bytes, start, body, end);
    switch (type) {
      case PACKET_TYPES.PUBLISH:
        return client.takePublish(bytes, start, body, end);
      case PACKET_TYPES.PUBACK:
        return client.takeAcknowledgement(bytes, body, end);
      case PACKET_TYPES.SUBSCRIBE:
        return client.judgeSubscribe(bytes, body, end) ?? this.#forwardAndHold(bytes, start, end);
      case PACKET_TYPES.UNSUBSCRIBE:
        return client.judgeUnsubscribe(bytes, body, end) ?? this.#forwardAndHold(bytes, start, end);
      case PACKET_TYPES.PINGREQ:
        this.#door.acknowledgements.addPing();
        return undefined;
      case PACKET_TYPES.DISCONNECT:
        this.acknowledge();
        this.#finish('graceful', 'flush');
        return undefined;
      default:
        return 'packet-unexpected';
    }
  }

  #takeConnect(bytes: Buffer, start: number, body: number, end: number): DropReason | undefined {
    const level = parseProtocolLevel(bytes, body, end);
    if (level === undefined) return 'packet-malformed';
    if (level !== PROTOCOL_LEVEL) {
      this.#refuseProtocol(level);
      return undefined;
    }
    this.#state = 'connecting';
    this.#connectTimer.cancel();
    this.#broker = new BrokerStream(this);
    this.#detachBroker = this.#door.attachBroker(this.#broker);
    return this.#forwardAndHold(bytes, start, end);
  }

  #refuseProtocol(level: number): void {
    const { remoteAddress, transport } = this.#peer;
    const reason: DropReason = 'protocol-level-unsupported';
    const message = `The client speaks protocol level ${level}.`;
    this.#door.hub.log('warn', 'client-refused', { reason, message, remoteAddress, transport });
    this.#socket.write(CONNACK_PROTOCOL_LEVEL);
    this.#finish('lost', 'flush');
  }

  // What is behind CONNECT waits, else the telemetry of a refused client would count; what is behind SUBSCRIBE too,
  // else the answer to a request in the same segment would find no subscription.
  #forwardAndHold(bytes: Buffer, start: number, end: number): undefined {
    this.#splitter.hold();
    this.#broker?.feed(bytes.subarray(start, end));
  }

  // CONNACK is on the wire.
  #open(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#client?.session.begin();
    this.#goOn();
  }

  // The broker's acknowledgement is corked until the next tick.
  #goOnAfterTurn(): void {
    process.nextTick(() => this.attempt(() => this.#goOn()));
  }

  #goOn(): void {
    this.#splitter.release(LIMITS_AFTER_CONNECT);
    this.acknowledge();
    this.#regulate();
  }

  #regulate(): void {
    this.#socket.pauseWhile(this.#broker?.isFull === true || this.#splitter.isBlocked);
  }

  #finish(kind: 'graceful' | 'lost', how: 'flush' | 'abrupt'): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#splitter.stop();
    this.#connectTimer.cancel();
    this.#keepAlive?.cancel();
    this.#client?.close(kind);
    this.#detachBroker?.();
    if (how === 'abrupt') this.#socket.destroy();
    else this.#socket.hangUp(this.#door.hub.clock);
  }
}

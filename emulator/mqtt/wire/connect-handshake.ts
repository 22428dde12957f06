import type { ConnectPacket } from 'aedes';
import type { Broker } from './broker/broker.ts';
import type { BrokerClient } from './broker/broker-client.ts';
import type { BrokerPeer } from './broker/broker-stream.ts';
import { findConnectFault } from './packets/connect-faults.ts';
import {
  CONNACK_CODES,
  formatConnack,
  PROTOCOL_LEVEL,
  parseProtocolLevel,
  takeConnect,
} from './packets/connect-packet.ts';
import type {
  ConnectionEnd,
  MqttService,
  MqttServiceClient,
  Peer,
  Refusal,
  ServedConnection,
  Subscription,
  WireClock,
  WireLog,
  WireTimer,
} from './service.ts';

/** The connection of a handshake. */
export interface HandshakeHost extends ServedConnection {
  readonly isClosed: boolean;
  /** Takes no packets before CONNECT is answered. */
  beginConnect(): void;
  /** Answers CONNECT with a CONNACK that accepts it. */
  open(opened: OpenedClient, connack: Buffer): void;
  /** Answers CONNECT with a CONNACK that refuses it, and ends the connection. */
  reject(connack: Buffer): void;
  /** Ends the connection without a packet. */
  drop(refusal: Refusal): void;
  attempt<T>(work: () => T): T | undefined;
}

/** A client whose CONNECT is accepted. */
export interface OpenedClient {
  readonly client: MqttServiceClient;
  readonly broker: BrokerClient;
  readonly keepAliveSeconds: number;
}

/** The parts that all handshakes share. */
export interface HandshakeParts {
  readonly service: MqttService;
  readonly broker: Broker;
  readonly clock: WireClock;
  readonly log: WireLog;
}

const CONNECT_DEADLINE_MILLISECONDS = 30_000;

/** The CONNECT of one connection: the broker parses it, the service decides, and the result goes to the connection. */
export class ConnectHandshake implements BrokerPeer {
  readonly #parts: HandshakeParts;
  readonly #peer: Peer;
  readonly #host: HandshakeHost;
  #deadline: WireTimer | undefined;
  #connect: ReturnType<typeof takeConnect> | undefined;
  #client: MqttServiceClient | undefined;
  #broker: BrokerClient | undefined;

  constructor(parts: HandshakeParts, peer: Peer, host: HandshakeHost) {
    this.#parts = parts;
    this.#peer = peer;
    this.#host = host;
    this.#deadline = parts.clock.schedule(CONNECT_DEADLINE_MILLISECONDS, () =>
      host.drop({ reason: 'connect-timeout', operation: parts.service.operations.openConnection }),
    );
  }

  /** The client, as soon as the service has accepted it. */
  get client(): MqttServiceClient | undefined {
    return this.#client;
  }

  /** Takes the first packet. */
  take(bytes: Buffer, start: number, body: number, end: number): Refusal | undefined {
    const level = parseProtocolLevel(bytes, body, end);
    if (level === undefined) return { reason: 'packet-malformed' };
    if (level !== PROTOCOL_LEVEL) return this.#refuseLevel(level);
    const message = findConnectFault(bytes, body, end);
    if (message !== undefined) return { reason: 'packet-malformed', message };
    this.#stopDeadline();
    this.#host.beginConnect();
    this.#broker = this.#parts.broker.attach(this);
    this.#broker.connect(bytes.subarray(start, end));
    return undefined;
  }

  prepareConnect(packet: ConnectPacket): void {
    this.#connect = takeConnect(packet);
  }

  authenticate(password: Buffer | undefined): boolean {
    if (this.#connect === undefined || this.#host.isClosed) return false;
    const client = this.#parts.service.accept(this.#connect.request, password, this.#peer, this.#host);
    // The service may have closed the connection.
    if (this.#host.isClosed) return false;
    this.#client = client;
    if (client === undefined) this.#host.reject(formatConnack(CONNACK_CODES.NOT_AUTHORIZED));
    return client !== undefined;
  }

  completeConnect(isCleanSession: boolean): void {
    const client = this.#client;
    if (client === undefined || this.#broker === undefined || this.#host.isClosed) return;
    const restored = isCleanSession ? [] : client.findSubscriptions();
    client.subscribe(restored);
    const keepAliveSeconds = this.#connect?.keepAliveSeconds ?? 0;
    this.#connect = undefined;
    const connack = formatConnack(CONNACK_CODES.ACCEPTED, restored.length > 0);
    this.#host.open({ client, broker: this.#broker, keepAliveSeconds }, connack);
  }

  findSubscriptions(): readonly Subscription[] {
    return this.#client?.findSubscriptions() ?? [];
  }

  replaceSubscriptions(subscriptions: readonly Subscription[]): void {
    this.#client?.replaceSubscriptions(subscriptions);
  }

  loseBroker(error: Error): void {
    this.#host.drop({ reason: 'packet-malformed', message: error.message });
  }

  attempt<T>(work: () => T): T | undefined {
    return this.#host.attempt(work);
  }

  /** Ends the client, because the connection is over. */
  close(end: ConnectionEnd): void {
    this.#stopDeadline();
    this.#client?.close(end);
    this.#broker?.close();
  }

  // Forgets the timer, because most of ten thousand connections are idle.
  #stopDeadline(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }

  #refuseLevel(level: number): undefined {
    const { remoteAddress, transport } = this.#peer;
    const { service, log } = this.#parts;
    log('warn', 'client-refused', {
      operation: service.operations.connect,
      reason: 'protocol-level-unsupported',
      message: `Protocol level ${level} is not supported, only ${PROTOCOL_LEVEL}.`,
      remoteAddress,
      transport,
    });
    this.#host.reject(formatConnack(CONNACK_CODES.PROTOCOL_LEVEL));
  }
}

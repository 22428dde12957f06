import type { DropReason } from './drop-reasons.ts';
import type { OutgoingPublish } from './packets/publish-packet.ts';

/** The clock of the wire. */
export interface WireClock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs once after a delay in milliseconds, never within this call. */
  schedule(delayMilliseconds: number, run: () => void): WireTimer;
}

export interface WireTimer {
  cancel(): void;
}

/** Values of a log line by name. */
export type WireLogFields = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly reason?: DropReason | undefined;
};

/** Writes one line of the log; `event` is a stable word. */
export type WireLog = (
  level: 'error' | 'warn' | 'info' | 'debug',
  event: 'broker-failed' | 'client-refused' | 'connection-dropped',
  fields: WireLogFields,
) => void;

/** The other end of a connection. */
export interface Peer {
  /** The client's certificate and those it sent with it, DER; empty if it presented none. */
  certificates(): readonly Uint8Array[];
  readonly remoteAddress?: string;
  /** The address to which the client connected. */
  readonly localAddress?: string | undefined;
  /** `mqtt`, or `mqtt-ws` over WebSocket. */
  readonly transport: string;
}

/** The content of a CONNECT packet, without its password. */
export interface ConnectRequest {
  readonly clientId: string;
  /** Empty if absent. */
  readonly userName: string;
  readonly will?: { readonly topic: string; readonly body: Uint8Array; readonly isRetained: boolean };
}

/** The service's names of the operations that the wire performs. The log writes them. */
export interface WireOperations {
  readonly openConnection: string;
  readonly connect: string;
  readonly subscribe: string;
  readonly unsubscribe: string;
}

/**
 * The reason for which a packet ends its connection. `operation` is absent if it is not known. `message` is free text.
 */
export interface Refusal {
  readonly reason: DropReason;
  readonly operation?: string;
  readonly message?: string;
}

/** QoS 2 is not supported. */
export type QualityOfService = 0 | 1;

/**
 * The end of a connection: by DISCONNECT, without it, or because the service closes. The last one publishes no will.
 */
export type ConnectionEnd = 'graceful' | 'lost' | 'service-closed';

/** A topic filter, as the client wrote it, with the QoS that it asked for or got. */
export interface Subscription {
  readonly filter: string;
  readonly qualityOfService: QualityOfService;
}

/** The service that MQTT clients connect to. The wire uses nothing else of the service. */
export interface MqttService {
  /** The largest body of a PUBLISH. A longer packet ends the connection before it is buffered. */
  readonly maximumMessageBytes: number;
  readonly operations: WireOperations;
  /**
   * Accepts or refuses a CONNECT. Returns undefined if the client is refused. The service logs the refusal, and the
   * client receives CONNACK 5. The service may close the connection within this call.
   */
  accept(
    request: ConnectRequest,
    password: Buffer | undefined,
    peer: Peer,
    connection: ServedConnection,
  ): MqttServiceClient | undefined;
}

/** A connection as its service uses it. */
export interface ServedConnection {
  /** Sends a PUBLISH after all earlier packets. Returns false if its topic is too long for MQTT. */
  publish(publish: OutgoingPublish): boolean;
  /** Ends the connection at once, without a packet. */
  close(end: 'lost' | 'service-closed'): void;
}

/** One client of the service, from its accepted CONNECT to the end of its connection. */
export interface MqttServiceClient {
  /** Names the client in log lines. */
  readonly logFields: WireLogFields;
  /** Begins deliveries. CONNACK is sent, so the service may send packets. */
  begin(): void;
  /** Returns the subscriptions that the client made with clean session 0, in this connection or an earlier one. */
  findSubscriptions(): readonly Subscription[];
  replaceSubscriptions(subscriptions: readonly Subscription[]): void;
  /**
   * Takes a PUBLISH: its first byte, its topic and its body, each as a range of `bytes`. Returns a refusal, or the
   * packet that answers it after its PUBACK, or undefined.
   */
  takePublish(
    bytes: Buffer,
    header: number,
    topicStart: number,
    topicEnd: number,
    bodyStart: number,
    bodyEnd: number,
  ): Refusal | Buffer | undefined;
  /** Takes a PUBACK. Returns a refusal if no message with this packet id was sent on the connection. */
  takeAcknowledgement(packetId: number): Refusal | undefined;
  /** Returns why the client may not subscribe to one of these topic filters, as free text; undefined if it may. */
  checkSubscribe(filters: readonly string[]): string | undefined;
  /** Returns why the client may not unsubscribe from one of these topic filters, as free text; undefined if it may. */
  checkUnsubscribe(filters: readonly string[]): string | undefined;
  /** Takes granted subscriptions, of this connection or of an earlier one. Of equal filters the last one counts. */
  subscribe(subscriptions: readonly Subscription[]): void;
  unsubscribe(filter: string): void;
  /**
   * Returns undefined if all changes so far are kept, otherwise a promise that resolves when they are. CONNACK, PUBACK and
   * other answers wait for it.
   */
  kept(): Promise<void> | undefined;
  /** Ends the client after its connection has ended. It is called once. */
  close(end: ConnectionEnd): void;
}

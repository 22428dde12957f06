import type { Acknowledgements } from './acknowledgements.ts';
import type { BrokerClient } from './broker/broker-client.ts';
import { PACKET_TYPES, requiredFlagsOf } from './packets/packet-types.ts';
import {
  formatSuback,
  formatUnsuback,
  parseSubscribe,
  parseUnsubscribe,
} from './packets/subscribe-packet.ts';
import type { MqttServiceClient, Refusal, WireOperations } from './service.ts';

/** The connection of an accepted client. */
export interface PacketHost {
  readonly acknowledgements: Acknowledgements;
  /** Sends a packet after the collected PUBACKs. */
  answer(packet: Buffer): void;
  /** Takes no packet until {@link resume}. */
  hold(): void;
  resume(): void;
  /** Ends the connection as the client asks. */
  disconnect(): void;
  /** Ends the connection after the collected PUBACKs. */
  refuse(refusal: Refusal): void;
  attempt(work: () => void): void;
}

const MALFORMED: Refusal = { reason: 'packet-malformed' };
const PACKET_ID_0: Refusal = { ...MALFORMED, message: 'The packet id is 0.' };
const UNEXPECTED: Refusal = { reason: 'packet-unexpected' };
const QUALITY_OF_SERVICE_2: Refusal = { reason: 'quality-of-service-2' };

/** Takes the packets of one accepted client. */
export class ClientPackets {
  readonly #client: MqttServiceClient;
  readonly #broker: BrokerClient;
  readonly #host: PacketHost;
  readonly #operations: WireOperations;

  constructor(client: MqttServiceClient, broker: BrokerClient, host: PacketHost, operations: WireOperations) {
    this.#client = client;
    this.#broker = broker;
    this.#host = host;
    this.#operations = operations;
  }

  /** Takes one packet. Returns a refusal if the packet ends the connection, otherwise undefined. */
  take(bytes: Buffer, start: number, body: number, end: number): Refusal | undefined {
    const header = bytes[start] as number;
    const type = header >> 4;
    if (type === PACKET_TYPES.PUBLISH) return this.#takePublish(bytes, start, body, end);
    const requiredFlags = requiredFlagsOf(type);
    if ((header & 0x0f) !== requiredFlags) {
      return {
        ...MALFORMED,
        message: `The flags of the header are ${header & 0x0f}, expected ${requiredFlags}.`,
      };
    }
    switch (type) {
      case PACKET_TYPES.PUBACK:
        if (end - body !== 2) return MALFORMED;
        return this.#client.takeAcknowledgement(bytes.readUInt16BE(body));
      case PACKET_TYPES.SUBSCRIBE:
        return this.#takeSubscribe(bytes, body, end);
      case PACKET_TYPES.UNSUBSCRIBE:
        return this.#takeUnsubscribe(bytes, body, end);
      case PACKET_TYPES.PINGREQ:
        this.#host.acknowledgements.addPing();
        return undefined;
      case PACKET_TYPES.DISCONNECT:
        this.#host.disconnect();
        return undefined;
      default:
        return UNEXPECTED;
    }
  }

  #takePublish(bytes: Buffer, start: number, body: number, end: number): Refusal | undefined {
    const header = bytes[start] as number;
    const qualityOfService = (header >> 1) & 3;
    if (qualityOfService > 1) return qualityOfService === 2 ? QUALITY_OF_SERVICE_2 : MALFORMED;
    const topicStart = body + 2;
    const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    const bodyStart = topicEnd + qualityOfService * 2;
    if (!(bodyStart <= end)) return MALFORMED;
    if (qualityOfService === 1 && bytes[topicEnd] === 0 && bytes[topicEnd + 1] === 0) return PACKET_ID_0;
    const outcome = this.#client.takePublish(bytes, header, topicStart, topicEnd, bodyStart, end);
    if (outcome !== undefined && !Buffer.isBuffer(outcome)) return outcome;
    if (qualityOfService === 1) {
      this.#host.acknowledgements.addPublish(bytes[topicEnd] as number, bytes[topicEnd + 1] as number);
    }
    if (outcome !== undefined) this.#host.answer(outcome);
    return undefined;
  }

  // Checks all filters first. The broker would store a forbidden filter beside allowed ones and fail at every later CONNECT
  // of the client. Holds later packets, because the answer to a request needs the subscription.
  #takeSubscribe(bytes: Buffer, body: number, end: number): Refusal | undefined {
    const subscriptions = parseSubscribe(bytes, body, end);
    if (subscriptions === undefined) return MALFORMED;
    const message = this.#client.checkSubscribe(subscriptions.map(({ filter }) => filter));
    if (message !== undefined) {
      return { reason: 'subscribe-filter-forbidden', operation: this.#operations.subscribe, message };
    }
    const packetId = bytes.readUInt16BE(body);
    if (packetId === 0) return PACKET_ID_0;
    this.#host.hold();
    this.#broker.subscribe(subscriptions, (granted) => {
      this.#complete(granted, () => {
        // The broker grants what is allowed, and equal filters once. SUBACK has one code for each filter of the packet.
        this.#host.answer(formatSuback(packetId, subscriptions));
        this.#client.subscribe(subscriptions);
      });
    });
    return undefined;
  }

  #takeUnsubscribe(bytes: Buffer, body: number, end: number): Refusal | undefined {
    const filters = parseUnsubscribe(bytes, body, end);
    if (filters === undefined) return MALFORMED;
    const message = this.#client.checkUnsubscribe(filters);
    if (message !== undefined) {
      return { reason: 'unsubscribe-filter-forbidden', operation: this.#operations.unsubscribe, message };
    }
    const packetId = bytes.readUInt16BE(body);
    if (packetId === 0) return PACKET_ID_0;
    this.#host.hold();
    this.#broker.unsubscribe(filters, (removed) => {
      this.#complete(removed, (filters) => {
        this.#host.answer(formatUnsuback(packetId));
        for (const filter of filters) this.#client.unsubscribe(filter);
      });
    });
    return undefined;
  }

  #complete<Result>(outcome: Result | Error, run: (result: Result) => void): void {
    this.#host.attempt(() => {
      if (outcome instanceof Error) {
        this.#host.refuse({ ...MALFORMED, message: outcome.message });
      } else {
        run(outcome);
        this.#host.resume();
      }
    });
  }
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { Hub } from '../../hub/hub.ts';
import type { ClientSession } from '../../hub/sessions/client-session.ts';
import type { Acknowledgements } from '../wire/acknowledgements.ts';
import type { DropReason } from '../wire/drop-reasons.ts';
import { InFlightMessages } from '../wire/in-flight-messages.ts';
import { formatPublish } from '../wire/publish-packet.ts';
import { parseSubscribe, parseUnsubscribe } from '../wire/subscribe-packet.ts';
import type { AcceptedClient } from './connect-request.ts';
import { GrantedSubscriptions, type QualityOfService } from './granted-subscriptions.ts';
import { type ClientWire, MqttClientLink } from './mqtt-client-link.ts';
import { isTooLarge, TelemetryTopic, toEvent } from './telemetry.ts';
import { type ClientRequest, findSubscription, parseRequestTopic } from './topics.ts';
import { answerTwinRequest } from './twin-requests.ts';

/** A client that has proved who it is: what it may send, and what the hub makes of it. */
export class MqttClient {
  readonly identity: ClientIdentity;
  readonly session: ClientSession;
  readonly #hub: Hub;
  readonly #wire: ClientWire;
  readonly #acknowledgements: Acknowledgements;
  readonly #subscriptions: GrantedSubscriptions;
  readonly #inFlight = new InFlightMessages();
  #telemetry: TelemetryTopic | undefined;
  #will: AcceptedClient['will'];

  constructor(hub: Hub, accepted: AcceptedClient, wire: ClientWire, acknowledgements: Acknowledgements) {
    const { authenticated, modelId } = accepted;
    this.identity = authenticated.identity;
    this.#hub = hub;
    this.#wire = wire;
    this.#acknowledgements = acknowledgements;
    this.#subscriptions = new GrantedSubscriptions(this.identity);
    const link = new MqttClientLink(this.identity, wire, this.#subscriptions, this.#inFlight, (lockToken) =>
      this.#reject(lockToken),
    );
    this.session = hub.sessions.open(authenticated, link, modelId === undefined ? {} : { modelId });
    this.#will = accepted.will;
  }

  /** Takes one PUBLISH and collects its PUBACK; what must not be sent is answered with why the connection ends. */
  takePublish(bytes: Buffer, start: number, body: number, end: number): DropReason | undefined {
    const header = bytes[start] as number;
    const qualityOfService = (header >> 1) & 3;
    if (qualityOfService > 1) return qualityOfService === 2 ? 'quality-of-service-2' : 'packet-malformed';
    const topicStart = body + 2;
    const topicEnd = topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number));
    const payloadStart = topicEnd + qualityOfService * 2;
    if (!(payloadStart <= end)) return 'packet-malformed';
    // Not before it is needed, for most of ten thousand clients may be idle.
    this.#telemetry ??= new TelemetryTopic(this.identity);
    const bag = this.#telemetry.bagOf(bytes, topicStart, topicEnd);
    if (bag === undefined) {
      return this.#takeRequest(bytes, topicStart, topicEnd, payloadStart, end);
    }
    const event = toEvent(header, bag, bytes.subarray(payloadStart, end));
    if (isTooLarge(event)) return 'message-too-large';
    this.session.sendEvent(event);
    if (qualityOfService === 1) {
      this.#acknowledgements.addPublish(bytes[topicEnd] as number, bytes[topicEnd + 1] as number);
    }
    return undefined;
  }

  /** A PUBACK completes the message that went out with its packet id; an unknown id means nothing. */
  takeAcknowledgement(bytes: Buffer, body: number, end: number): DropReason | undefined {
    if (end - body !== 2) return 'packet-malformed';
    const lockToken = this.#inFlight.acknowledge(bytes.readUInt16BE(body));
    if (lockToken === undefined) return undefined;
    const completed = this.session.completeMessage(lockToken);
    if (!completed.ok) {
      this.#hub.log('debug', 'message-not-completed', { ...this.identity, errorCode: completed.error.name });
    }
    return undefined;
  }

  /**
   * Judges a whole SUBSCRIBE before the broker sees it, for the broker would store a bad filter beside good ones
   * and fail at every later CONNECT of this client. Lowers QoS 2 to 1 in place.
   */
  judgeSubscribe(bytes: Buffer, body: number, end: number): DropReason | undefined {
    const filters = parseSubscribe(bytes, body, end);
    if (filters === undefined) return 'packet-malformed';
    if (filters.some(({ filter }) => !this.#isAllowed(filter))) return 'subscribe-filter-forbidden';
    for (const { qualityOfServiceAt } of filters) {
      bytes[qualityOfServiceAt] = Math.min(bytes[qualityOfServiceAt] as number, 1);
    }
    return undefined;
  }

  judgeUnsubscribe(bytes: Buffer, body: number, end: number): DropReason | undefined {
    const filters = parseUnsubscribe(bytes, body, end);
    if (filters === undefined) return 'packet-malformed';
    return filters.every((filter) => this.#isAllowed(filter)) ? undefined : 'unsubscribe-filter-forbidden';
  }

  grant(filter: string, qualityOfService: QualityOfService): void {
    this.#subscriptions.grant(this.session, filter, qualityOfService);
  }

  revoke(filter: string): void {
    this.#subscriptions.revoke(this.session, filter);
  }

  /** The will stays unsaid, whatever ends the connection. */
  forgetWill(): void {
    this.#will = undefined;
  }

  /** The connection is over; the will of a client that was lost becomes telemetry. */
  close(kind: 'graceful' | 'lost'): void {
    if (kind === 'lost' && this.#will !== undefined) {
      // Not by the session, which the hub has closed already where it ends the connection itself.
      this.#hub.events.sendEvent(this.#will.sender, this.#will.event);
    }
    this.session.close(kind);
  }

  #isAllowed(filter: string): boolean {
    return findSubscription(this.identity, filter) !== undefined;
  }

  #takeRequest(
    bytes: Buffer,
    topicStart: number,
    topicEnd: number,
    payloadStart: number,
    end: number,
  ): DropReason | undefined {
    const request = parseRequestTopic(bytes.toString('utf8', topicStart, topicEnd));
    if (request === undefined) return 'publish-topic-forbidden';
    if (payloadStart > topicEnd) {
      this.#acknowledgements.addPublish(bytes[topicEnd] as number, bytes[topicEnd + 1] as number);
      this.#wire.acknowledge();
    }
    this.#perform(request, bytes.subarray(payloadStart, end));
    return undefined;
  }

  #perform(request: ClientRequest, body: Buffer): void {
    if (request.operation === 'sendMethodResponse') {
      const payload = body.length === 0 ? 'null' : body.toString('utf8');
      this.session.sendMethodResponse(request.requestId, { status: request.status, payload });
      return;
    }
    const answer = answerTwinRequest(this.session, request, body, this.#hub);
    if (!this.#subscriptions.has('twinAnswers')) return;
    const packet = formatPublish(answer);
    if (packet !== undefined) this.#wire.write(packet);
  }

  #reject(lockToken: string): void {
    this.#hub.log('warn', 'message-undeliverable', { ...this.identity, reason: 'topic-too-long' });
    this.session.rejectMessage(lockToken);
  }
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { LogReason } from '../../domain/log-reasons.ts';
import type { Operation } from '../../domain/operations.ts';
import type { AuthenticatedClient } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { ClientSession } from '../../hub/sessions/client-session.ts';
import { InFlightMessages } from '../wire/in-flight-messages.ts';
import { formatPublish } from '../wire/packets/publish-packet.ts';
import type {
  ConnectionEnd,
  MqttServiceClient,
  Refusal,
  ServedConnection,
  Subscription,
} from '../wire/service.ts';
import { isTooLarge, TelemetryTopic, toEvent } from './events/telemetry.ts';
import { publishWill, type Will } from './events/will.ts';
import { MqttClientConnection } from './mqtt-client-connection.ts';
import { GrantedSubscriptions } from './sessions/granted-subscriptions.ts';
import { findReach } from './sessions/topic-filters.ts';
import { parseRequestTopic } from './topic-formats.ts';
import { performTwinRequest } from './twins/twin-requests.ts';

/** A client whose credentials and CONNECT are accepted. */
export interface AcceptedClient {
  readonly client: AuthenticatedClient;
  readonly modelId: string | undefined;
  /** The message that becomes telemetry if the client does not send DISCONNECT. */
  readonly will: Will | undefined;
}

const TOO_LARGE = { reason: 'message-too-large', operation: 'sendEvent' satisfies Operation } as const;

/** One client of a hub over MQTT: checks what it sends and passes it to its session. */
export class MqttClient implements MqttServiceClient {
  readonly #hub: Hub;
  readonly #accepted: AcceptedClient;
  readonly #identity: ClientIdentity;
  readonly #session: ClientSession;
  readonly #subscriptions: GrantedSubscriptions;
  readonly #inFlight = new InFlightMessages();
  #telemetry: TelemetryTopic | undefined;
  #checkedSubscriptions: readonly Subscription[] | undefined;

  constructor(hub: Hub, connection: ServedConnection, accepted: AcceptedClient) {
    const { client, modelId } = accepted;
    this.#hub = hub;
    this.#accepted = accepted;
    this.#identity = client.identity;
    this.#subscriptions = new GrantedSubscriptions(client.identity);
    const link = new MqttClientConnection(
      client.identity,
      connection,
      this.#subscriptions,
      this.#inFlight,
      (lockToken) => this.#reject(lockToken),
    );
    this.#session = hub.sessions.open(client, link, modelId === undefined ? {} : { modelId });
  }

  get logFields(): { readonly deviceId: string; readonly moduleId?: string } {
    return this.#identity;
  }

  begin(): void {
    this.#session.begin();
  }

  findSubscriptions(): readonly Subscription[] {
    const stored = this.#hub.subscriptions.find(this.#identity);
    // Checked once, because a CONNECT reads them twice.
    if (stored === this.#checkedSubscriptions) return stored;
    // A filter that the client may not have would end each CONNECT, because the broker refuses to restore it.
    this.#checkedSubscriptions = stored.every(this.#isOwn) ? stored : stored.filter(this.#isOwn);
    return this.#checkedSubscriptions;
  }

  replaceSubscriptions(subscriptions: readonly Subscription[]): void {
    this.#hub.subscriptions.replace(this.#identity, subscriptions);
  }

  takePublish(
    bytes: Buffer,
    header: number,
    topicStart: number,
    topicEnd: number,
    bodyStart: number,
    bodyEnd: number,
  ): Refusal | Buffer | undefined {
    // Created when it is needed, because most of ten thousand clients may be idle.
    this.#telemetry ??= new TelemetryTopic(this.#identity);
    const bag = this.#telemetry.bagOf(bytes, topicStart, topicEnd);
    const body = bytes.subarray(bodyStart, bodyEnd);
    if (bag === undefined) {
      return (
        this.#telemetry.refusalOf(bytes, topicStart, topicEnd) ??
        this.#takeRequest(bytes.toString('utf8', topicStart, topicEnd), body)
      );
    }
    const event = toEvent(header, bag, body);
    if (isTooLarge(event)) return TOO_LARGE;
    this.#session.sendEvent(event);
    return undefined;
  }

  /** Completes the message that was sent with this packet id. A second PUBACK of one id does nothing. */
  takeAcknowledgement(packetId: number): Refusal | undefined {
    if (!this.#inFlight.hasSent(packetId)) {
      return { reason: 'acknowledgement-unexpected', message: `The packet id ${packetId} was never sent.` };
    }
    const lockToken = this.#inFlight.acknowledge(packetId);
    if (lockToken === undefined) return undefined;
    const completed = this.#session.completeMessage(lockToken);
    if (completed.ok) return undefined;
    const operation: Operation = 'completeMessage';
    const fields = { ...this.#identity, operation, errorCode: completed.error.name };
    this.#hub.log('debug', 'message-not-completed', fields);
    return undefined;
  }

  checkSubscribe(filters: readonly string[]): string | undefined {
    const refusal = this.checkUnsubscribe(filters);
    if (refusal !== undefined || this.#subscriptions.hasRoomFor(filters)) return refusal;
    return 'The client has too many subscriptions.';
  }

  checkUnsubscribe(filters: readonly string[]): string | undefined {
    const foreign = filters.find((filter) => !this.#isOwn({ filter }));
    return foreign === undefined
      ? undefined
      : `The filter '${foreign.slice(0, 300)}' matches no topic of this client.`;
  }

  subscribe(subscriptions: readonly Subscription[]): void {
    this.#subscriptions.grant(this.#session, subscriptions);
  }

  unsubscribe(filter: string): void {
    this.#subscriptions.revoke(this.#session, filter);
  }

  kept(): Promise<void> | undefined {
    return this.#hub.kept();
  }

  /** Ends the session. The will of a client that is lost becomes telemetry. */
  close(end: ConnectionEnd): void {
    const { client, will } = this.#accepted;
    // Not through the session, because the hub has closed it if it ends the connection itself.
    if (end === 'lost' && will !== undefined) publishWill(this.#hub, client, will);
    this.#session.close(end === 'graceful' ? 'graceful' : 'lost');
  }

  #takeRequest(topic: string, body: Buffer): Refusal | Buffer | undefined {
    const request = parseRequestTopic(topic);
    if (request === undefined)
      return { reason: 'publish-topic-forbidden', message: `The topic is '${topic.slice(0, 300)}'.` };
    if (request.operation === 'sendMethodResponse') {
      const payload = body.length === 0 ? 'null' : body.toString('utf8');
      this.#session.sendMethodResponse(request.requestId, { status: request.status, payload });
      return undefined;
    }
    const response = performTwinRequest(this.#session, request, body, this.#hub);
    const isSubscribed = this.#subscriptions.qualityOfService('twinResponses', response.topic) !== undefined;
    return isSubscribed ? formatPublish(response) : undefined;
  }

  readonly #isOwn = ({ filter }: Pick<Subscription, 'filter'>): boolean =>
    findReach(this.#identity, filter) !== undefined;

  #reject(lockToken: string): void {
    const operation: Operation = 'receiveMessage';
    const reason: LogReason = 'topic-too-long';
    this.#hub.log('warn', 'message-undeliverable', { ...this.#identity, operation, reason });
    this.#session.rejectMessage(lockToken);
  }
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { formatJson, type JsonObject } from '../../domain/json.ts';
import type {
  CloudToDeviceDelivery,
  CloudToDeviceMessage,
  ModuleInputMessage,
} from '../../domain/messages/message.ts';
import type { MethodRequest } from '../../domain/methods/method.ts';
import type { ClientConnection, DisconnectReason, MessageReception } from '../../hub/client-connection.ts';
import type { InFlightMessages } from '../wire/in-flight-messages.ts';
import { isTopicSendable } from '../wire/packets/publish-packet.ts';
import type { ServedConnection } from '../wire/service.ts';
import { formatCloudToDeviceTopic, formatModuleInputTopic } from './cloud-to-device/message-format.ts';
import type { GrantedSubscriptions } from './sessions/granted-subscriptions.ts';
import { formatDesiredPatchTopic, formatMethodTopic } from './topic-formats.ts';

/** Sends the deliveries of the hub to one MQTT client. */
export class MqttClientConnection implements ClientConnection {
  readonly #identity: ClientIdentity;
  readonly #connection: ServedConnection;
  readonly #subscriptions: GrantedSubscriptions;
  readonly #inFlight: InFlightMessages;
  readonly #onUndeliverable: (lockToken: string) => void;

  constructor(
    identity: ClientIdentity,
    connection: ServedConnection,
    subscriptions: GrantedSubscriptions,
    inFlight: InFlightMessages,
    onUndeliverable: (lockToken: string) => void,
  ) {
    this.#identity = identity;
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#inFlight = inFlight;
    this.#onUndeliverable = onUndeliverable;
  }

  /** A filter that contains a request id does not match, because the id is not known before the call. */
  acceptsMethod(name: string): boolean {
    const topic = this.#subscriptions.needsTopic('methods') ? formatMethodTopic(name, '') : '';
    return this.#subscriptions.qualityOfService('methods', topic) !== undefined;
  }

  receptionOf(message: CloudToDeviceMessage): MessageReception {
    // Formatted only if it is needed, because the delivery formats it again.
    const topic = this.#subscriptions.needsTopic('messages')
      ? formatCloudToDeviceTopic(this.#identity, message)
      : '';
    const qualityOfService = this.#subscriptions.qualityOfService('messages', topic);
    if (qualityOfService === undefined) return 'none';
    return qualityOfService === 1 ? 'acknowledged' : 'settled';
  }

  acceptsInputMessage(message: ModuleInputMessage): boolean {
    const topic = formatModuleInputTopic(this.#identity, message);
    return this.#subscriptions.qualityOfService('inputs', topic) !== undefined;
  }

  deliverDesiredPatch(patch: JsonObject): void {
    const topic = formatDesiredPatchTopic(Number(patch['$version']));
    if (this.#subscriptions.qualityOfService('desiredProperties', topic) === undefined) return;
    this.#connection.publish({ topic, body: formatJson(patch) });
  }

  deliverMethodRequest({ name, requestId, payload }: MethodRequest): void {
    this.#connection.publish({ topic: formatMethodTopic(name, requestId), body: payload });
  }

  deliverMessage({ lockToken, sequenceNumber, isRedelivery, message }: CloudToDeviceDelivery): void {
    const topic = formatCloudToDeviceTopic(this.#identity, message);
    // Before a packet id is taken, because an id that was never sent must not be acknowledged.
    if (!isTopicSendable(topic)) {
      this.#onUndeliverable(lockToken);
      return;
    }
    const isReliable = this.#subscriptions.qualityOfService('messages', topic) === 1;
    const delivery = isReliable
      ? { packetId: this.#inFlight.send(sequenceNumber, lockToken), isDuplicate: isRedelivery }
      : {};
    this.#connection.publish({ topic, body: message.body, ...delivery });
  }

  deliverInputMessage(message: ModuleInputMessage): boolean {
    const topic = formatModuleInputTopic(this.#identity, message);
    if (!isTopicSendable(topic)) return false;
    const isReliable = this.#subscriptions.qualityOfService('inputs', topic) === 1;
    const delivery = isReliable ? { packetId: this.#inFlight.sendWithoutTag() } : {};
    this.#connection.publish({ topic, body: message.body, ...delivery });
    return true;
  }

  close(reason: DisconnectReason): void {
    this.#connection.close(reason === 'hub-closed' ? 'service-closed' : 'lost');
  }
}

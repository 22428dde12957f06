import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { formatJson, type JsonObject } from '../../domain/json.ts';
import type { CloudToDeviceDelivery, ModuleInputMessage } from '../../domain/messages/message.ts';
import type { MethodRequest } from '../../domain/methods/method.ts';
import type { ClientConnection, DisconnectReason } from '../../hub/client-connection.ts';
import type { InFlightMessages } from '../wire/in-flight-messages.ts';
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

  acceptsMethod(): boolean {
    return this.#subscriptions.has('methods');
  }

  deliverDesiredPatch(patch: JsonObject): void {
    this.#connection.publish({
      topic: formatDesiredPatchTopic(Number(patch['$version'])),
      body: formatJson(patch),
    });
  }

  deliverMethodRequest({ name, requestId, payload }: MethodRequest): void {
    this.#connection.publish({ topic: formatMethodTopic(name, requestId), body: payload });
  }

  deliverMessage({ lockToken, sequenceNumber, isRedelivery, message }: CloudToDeviceDelivery): void {
    const topic = formatCloudToDeviceTopic(this.#identity, message);
    const isReliable = this.#subscriptions.qualityOfService('messages') === 1;
    const delivery = isReliable
      ? { packetId: this.#inFlight.send(sequenceNumber, lockToken), isDuplicate: isRedelivery }
      : {};
    if (!this.#connection.publish({ topic, body: message.body, ...delivery }))
      this.#onUndeliverable(lockToken);
  }

  deliverInputMessage(message: ModuleInputMessage): void {
    const topic = formatModuleInputTopic(this.#identity, message);
    const isReliable = this.#subscriptions.qualityOfService('inputs') === 1;
    const delivery = isReliable ? { packetId: this.#inFlight.sendWithoutTag() } : {};
    this.#connection.publish({ topic, body: message.body, ...delivery });
  }

  close(reason: DisconnectReason): void {
    this.#connection.close(reason === 'hub-closed' ? 'service-closed' : 'lost');
  }
}

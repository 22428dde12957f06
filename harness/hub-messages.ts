import type { FeedbackRecord } from '../emulator/domain/cloud-to-device/feedback.ts';
import type { FeedbackRequest, MessageProperties } from '../emulator/domain/messages/message.ts';
import type { ClientName } from './clients/client-names.ts';
import type { FeedbackReading, HubObserver } from './hub-observer.ts';

/** A message to a device, a module or an input of a module: a body, or a body with properties. */
export type OutgoingMessage = string | Uint8Array | DescribedMessage;

/** A message with properties. */
export interface DescribedMessage {
  readonly body: string | Uint8Array;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly userId?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** The expiry as an ISO 8601 time. Default: the default time to live of the hub. */
  readonly expiryUtc?: string;
  /** The requested feedback. Without it, none is requested, and the device receives no `iothub-ack` over MQTT. */
  readonly ack?: FeedbackRequest;
  /** The application properties. A value can be null, which is not the empty string. */
  readonly properties?: Readonly<Record<string, string | null>>;
}

/**
 * The message operations that the SDK of a back end does over AMQP. They are executed by the hub directly.
 * An error is thrown with the `name` that IoT Hub has for it.
 */
export interface HubMessages {
  /** Enqueues a cloud-to-device message for a device or a module. */
  sendMessage(client: ClientName, message: OutgoingMessage): void;
  /** Purges the pending messages of a device or a module and returns their number. Those of its modules remain. */
  purgeMessages(client: ClientName): number;
  /** Reads the requested feedback on messages, and does not remove it from the queue of the back ends. */
  feedback(reading?: FeedbackReading): AsyncIterable<FeedbackRecord>;
  /** Sends a message to an input of a module, like a route of IoT Edge. Default sender: the module itself. */
  sendToInput(module: ClientName, inputName: string, message: OutgoingMessage, sender?: ClientName): void;
}

export function createHubMessages(observer: HubObserver): HubMessages {
  return {
    sendMessage: (client, message) => observer.sendMessage(client, describe(message)),
    purgeMessages: (client) => observer.purgeMessages(client),
    feedback: (reading = {}) => observer.readFeedback(reading),
    sendToInput: (module, inputName, message, sender = module) => {
      const { body, properties } = describe(message);
      observer.sendInputMessage(module, { inputName, body, properties }, sender);
    },
  };
}

function describe(message: OutgoingMessage): {
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  readonly ack: FeedbackRequest | undefined;
} {
  const described =
    typeof message === 'string' || message instanceof Uint8Array ? { body: message } : message;
  const { body, ack, properties: application = {}, ...system } = described;
  return {
    body: typeof body === 'string' ? Buffer.from(body) : body,
    properties: { system, application },
    ack,
  };
}

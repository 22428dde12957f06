import type { FeedbackRecord } from '../emulator/domain/cloud-to-device/feedback.ts';
import type { HubError } from '../emulator/domain/errors.ts';
import type { FeedbackRequest, MessageProperties } from '../emulator/domain/messages/message.ts';
import type { Result } from '../emulator/domain/result.ts';
import type { Emulator } from '../emulator/emulator.ts';
import { identityOf } from './clients/client-names.ts';
import type { ClientName } from './clients/service-clients.ts';

/** A message to a device or to a module's input: a body alone, or with properties. */
export type OutgoingMessage = string | Uint8Array | DescribedMessage;

export interface DescribedMessage {
  readonly body: string | Uint8Array;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly userId?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Until when the device may have it, an ISO 8601 time; by default the hub's time to live counts. */
  readonly expiryUtc?: string;
  /** Which feedback is wanted; `none` unless told. */
  readonly ack?: FeedbackRequest;
  readonly properties?: Readonly<Record<string, string>>;
}

/** What a back end does with messages over AMQP, done at the hub itself. A refusal is thrown, named as the hub names it. */
export interface HubMessages {
  /** Queues a cloud-to-device message. */
  sendMessage(device: ClientName, message: OutgoingMessage): void;
  /** The number of messages that waited. */
  purgeMessages(device: ClientName): number;
  /** Feedback on messages whose sender asked for it, from now on or from the start; it is taken from nobody. */
  feedback(options?: {
    readonly deviceId?: string;
    readonly from?: 'earliest' | 'latest';
    readonly signal?: AbortSignal;
  }): AsyncIterable<FeedbackRecord>;
  /** Sends to an input of a module, as IoT Edge routes do; the sender is the module itself unless told. */
  sendToInput(module: ClientName, inputName: string, message: OutgoingMessage, sender?: ClientName): void;
}

export function createHubMessages({ hub }: Emulator): HubMessages {
  return {
    sendMessage: (device, message) => {
      const { body, properties, ack } = describe(message);
      accept(hub.cloudToDevice.sendMessage(identityOf(device).deviceId, { body, properties, ack }));
    },
    purgeMessages: (device) => accept(hub.cloudToDevice.purgeMessages(identityOf(device).deviceId)),
    feedback: (options) => hub.feedback.read(options),
    sendToInput: (module, inputName, message, sender = module) => {
      const { body, properties } = describe(message);
      accept(
        hub.cloudToDevice.sendInputMessage(identityOf(module), {
          inputName,
          body,
          properties,
          sender: identityOf(sender),
        }),
      );
    },
  };
}

function describe(message: OutgoingMessage): {
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  readonly ack: FeedbackRequest;
} {
  const described =
    typeof message === 'string' || message instanceof Uint8Array ? { body: message } : message;
  const { body, ack = 'none', properties: application = {}, ...system } = described;
  return {
    body: typeof body === 'string' ? Buffer.from(body) : body,
    properties: { system, application },
    ack,
  };
}

function accept<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw hubErrorOf(result.error);
}

function hubErrorOf({ name, message }: HubError): Error {
  return Object.assign(new Error(message), { name });
}

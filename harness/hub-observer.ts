import type { FeedbackRecord } from '../emulator/domain/cloud-to-device/feedback.ts';
import type {
  CloudToDeviceMessage,
  DeviceEvent,
  ModuleInputMessage,
} from '../emulator/domain/messages/message.ts';
import type { ClientName } from './clients/client-names.ts';
import type { EventReading } from './hub-events.ts';

/** The kinds of deliveries to which a client can subscribe. */
export type Channel = 'desiredProperties' | 'methods' | 'messages' | 'inputs';

export const CHANNELS: readonly Channel[] = ['desiredProperties', 'methods', 'messages', 'inputs'];

/** The filter and the start position of a reader of feedback. */
export interface FeedbackReading {
  readonly deviceId?: string;
  /** Default: `latest`, only feedback that is added after the call. */
  readonly from?: 'earliest' | 'latest';
  readonly signal?: AbortSignal;
}

/** A message to an input of a module, without its sender. */
export type InputMessage = Omit<ModuleInputMessage, 'sender'>;

/**
 * The port of the harness to an emulated hub. It has the state of the hub, and the operations that need AMQP in the
 * SDKs. An error is thrown with the `name` that IoT Hub has for it.
 */
export interface HubObserver {
  /**
   * Calls the listener after a change of an identity, a connection, a subscription or a twin.
   * Returns a function that ends this.
   */
  onChange(listener: () => void): () => void;
  /** Returns whether the client is connected and subscribed to a channel, or to a part of it. */
  isReadyFor(client: ClientName, channel: Channel): boolean;
  /** Returns undefined if the client is not registered. */
  connectionStateOf(client: ClientName): string | undefined;
  /** Returns `{}` if the client is not registered. */
  reportedPropertiesOf(client: ClientName): Readonly<Record<string, unknown>>;
  readEvents(reading: EventReading): AsyncIterable<DeviceEvent>;
  readFeedback(reading: FeedbackReading): AsyncIterable<FeedbackRecord>;
  sendMessage(client: ClientName, message: CloudToDeviceMessage): void;
  purgeMessages(client: ClientName): number;
  sendInputMessage(module: ClientName, message: InputMessage, sender: ClientName): void;
}

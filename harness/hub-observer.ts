import type { FeedbackRecord } from '../emulator/domain/cloud-to-device/feedback.ts';
import type {
  CloudToDeviceMessage,
  DeviceEvent,
  ModuleInputMessage,
} from '../emulator/domain/messages/message.ts';
import type { ClientName } from './clients/client-names.ts';
import type { EventReading } from './hub-events.ts';

/** What a client can subscribe to. */
export type Channel = 'desiredProperties' | 'methods' | 'messages' | 'inputs';

export const CHANNELS: readonly Channel[] = ['desiredProperties', 'methods', 'messages', 'inputs'];

/** Which feedback is to be read, and from where on. */
export interface FeedbackReading {
  readonly deviceId?: string;
  /** Default: `latest`, from now on. */
  readonly from?: 'earliest' | 'latest';
  readonly signal?: AbortSignal;
}

/** A message to an input of a module, without its sender. */
export type InputMessage = Omit<ModuleInputMessage, 'sender'>;

/**
 * The port through which the harness sees an emulated hub and does what the SDKs cannot do over HTTPS and MQTT.
 * A refusal is thrown; the `name` of the error is that of the hub.
 */
export interface HubObserver {
  /** Calls back when an identity, a connection, a subscription or a twin has changed. Returns a function that stops. */
  onChange(listener: () => void): () => void;
  /** Whether a delivery over this channel would reach the client now. */
  isReadyFor(client: ClientName, channel: Channel): boolean;
  /** Returns undefined if the client is not registered. */
  connectionStateOf(client: ClientName): string | undefined;
  /** Returns `{}` if the client is not registered. */
  reportedPropertiesOf(client: ClientName): Readonly<Record<string, unknown>>;
  readEvents(reading: EventReading): AsyncIterable<DeviceEvent>;
  readFeedback(reading: FeedbackReading): AsyncIterable<FeedbackRecord>;
  sendMessage(device: ClientName, message: CloudToDeviceMessage): void;
  purgeMessages(device: ClientName): number;
  sendInputMessage(module: ClientName, message: InputMessage, sender: ClientName): void;
}

import type { DeviceId, ModuleId } from '../identities/client-identity.ts';

/** The system properties that a sender can set on a message. Times are UTC strings as sent. */
export interface SystemProperties {
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly userId?: string;
  readonly to?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly expiryUtc?: string;
  readonly creationTimeUtc?: string;
  readonly outputName?: string;
  readonly interfaceId?: string;
  readonly componentName?: string;
  readonly messageSchema?: string;
}

/** The properties that a sender chooses freely, by name. A value can be null, which is not the empty string. */
export type ApplicationProperties = Readonly<Record<string, string | null>>;

/** The system and application properties of a message. */
export interface MessageProperties {
  readonly system: SystemProperties;
  readonly application: ApplicationProperties;
}

/** The size limit, in bytes, of one device-to-cloud message or batch. `messageSizeOf` returns the size. */
export const MAXIMUM_EVENT_BYTES = 262_144;
/** The size limit, in bytes, of one cloud-to-device message. */
export const MAXIMUM_MESSAGE_BYTES = 65_536;

/**
 * An event as a consumer of the Event Hubs-compatible endpoint receives it. `systemProperties` are the `iothub-*` and
 * `dt-*` annotations; `properties` are the application properties.
 */
export interface DeviceEvent {
  readonly partitionId: string;
  readonly sequenceNumber: number;
  readonly offset: string;
  readonly enqueuedTimeUtc: string;
  readonly deviceId: DeviceId;
  readonly moduleId?: ModuleId;
  readonly body: Uint8Array;
  readonly messageId?: string;
  readonly correlationId?: string;
  readonly userId?: string;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly systemProperties: Readonly<Record<string, string>>;
  readonly properties: ApplicationProperties;
}

/** The feedback that the sender of a cloud-to-device message requests. */
export type FeedbackRequest = 'none' | 'positive' | 'negative' | 'full';

/** A cloud-to-device message as a back end sends it. */
export interface CloudToDeviceMessage {
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  /** The requested feedback as the sender set it. Undefined means `none`. */
  readonly ack?: FeedbackRequest | undefined;
}

/** A delivery of a message to a device, which settles it with the lock token. Every delivery has a new token. */
export interface CloudToDeviceDelivery {
  readonly lockToken: string;
  /** The number of the message in the queue of its device. It is the same in every delivery. */
  readonly sequenceNumber: number;
  /** The number of times that the device abandoned the message. It begins at 0. */
  readonly deliveryCount: number;
  /** True if the message was delivered before and not settled. The MQTT door then sets DUP. */
  readonly isRedelivery: boolean;
  readonly enqueuedTimeUtc: string;
  /** The expiry time of the message, by default or as the sender set it in `message.properties`. */
  readonly expiryUtc: string;
  /** The message. Its `properties.system.to` is always set. */
  readonly message: CloudToDeviceMessage;
}

/** A message to an input of a module. */
export interface ModuleInputMessage {
  readonly inputName: string;
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  readonly sender: { readonly deviceId: DeviceId; readonly moduleId?: ModuleId };
}

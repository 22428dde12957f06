import type { DeviceId, ModuleId } from '../identities/client-identity.ts';

/** System properties that a sender can set on a message. Times are UTC text as sent. */
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

/** What accompanies a body on its way to the hub. */
export interface MessageProperties {
  readonly system: SystemProperties;
  readonly application: Readonly<Record<string, string>>;
}

/** The size limit, in bytes, of one device-to-cloud message or batch: body, system values, names and values of application properties. */
export const MAXIMUM_EVENT_BYTES = 262_144;
/** The size limit, in bytes, of one cloud-to-device message. */
export const MAXIMUM_MESSAGE_BYTES = 65_536;

/**
 * An event as a consumer of the Event Hubs-compatible endpoint sees it.
 * `systemProperties` are the `iothub-*` and `dt-*` annotations; `properties` are the application properties.
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
  readonly properties: Readonly<Record<string, string>>;
}

/** Which feedback the sender of a cloud-to-device message wants. */
export type FeedbackRequest = 'none' | 'positive' | 'negative' | 'full';

/** A cloud-to-device message as a back end sends it. */
export interface CloudToDeviceMessage {
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  readonly ack: FeedbackRequest;
}

/** A message on its way to a device. The lock token settles it; every delivery has a new one. */
export interface CloudToDeviceDelivery {
  readonly lockToken: string;
  /** The message's own number in the queue of its device; it stays the same when the message is delivered again. */
  readonly sequenceNumber: number;
  /** How often the device abandoned the message; 0 at first. */
  readonly deliveryCount: number;
  /** The message was handed out before and not settled: an MQTT door sets DUP. */
  readonly isRedelivery: boolean;
  readonly enqueuedTimeUtc: string;
  /** When the message expires, also where its sender named no expiry; what he named is in `message.properties`. */
  readonly expiryUtc: string;
  /** `properties.system.to` is always set. */
  readonly message: CloudToDeviceMessage;
}

/** What a message to a module's input carries. */
export interface ModuleInputMessage {
  readonly inputName: string;
  readonly body: Uint8Array;
  readonly properties: MessageProperties;
  readonly sender: { readonly deviceId: DeviceId; readonly moduleId?: ModuleId };
}

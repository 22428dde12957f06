import type { SystemProperties } from '../../domain/messages/message.ts';

/** The annotations that the hub adds to an event, as the Event Hubs-compatible endpoint names them. */
export const EVENT_ANNOTATIONS = {
  deviceId: 'iothub-connection-device-id',
  moduleId: 'iothub-connection-module-id',
  /** JSON text; telemetry only. */
  authenticationMethod: 'iothub-connection-auth-method',
  /** Telemetry only. */
  generationId: 'iothub-connection-auth-generation-id',
  enqueuedTime: 'iothub-enqueuedtime',
  /** `Telemetry`, or the source of an event that the hub writes. */
  source: 'iothub-message-source',
  /** The model id of the client; telemetry only. */
  modelId: 'dt-dataschema',
} as const;

/** The annotations for the system properties that the sender of telemetry set. */
export const SENDER_ANNOTATIONS: readonly (readonly [keyof SystemProperties, string])[] = [
  ['creationTimeUtc', 'iothub-creation-time-utc'],
  ['outputName', 'iothub-outputname'],
  ['interfaceId', 'iothub-interface-id'],
  ['messageSchema', 'iothub-message-schema'],
  ['componentName', 'dt-subject'],
];

/** The application properties of an event that the hub writes. */
export const HUB_EVENT_PROPERTIES = {
  hubName: 'hubName',
  deviceId: 'deviceId',
  moduleId: 'moduleId',
  operationTime: 'operationTimestamp',
  schema: 'iothub-message-schema',
  operation: 'opType',
} as const;

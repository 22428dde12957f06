import type { Caller, Operation } from '../../domain/operations.ts';
import type { Channel } from '../../hub/client-connection.ts';

/** The operations that a client calls by PUBLISH. */
export type PublishOperation = Extract<
  Operation,
  'sendEvent' | 'getTwin' | 'updateReportedProperties' | 'sendMethodResponse'
>;

/** The kinds of topics that the hub sends to a client. */
export type SubscriptionChannel = Channel | 'twinResponses';

/** One topic of the device API. */
export type Topic = {
  /**
   * The topic. `{deviceId}` and `{moduleId}` are the client's own ids, not encoded. Those of another client are
   * forbidden.
   */
  readonly pattern: string;
  readonly operation: Operation;
  readonly callers: readonly Exclude<Caller, 'service'>[];
  readonly meaning: string;
} & (
  | { readonly direction: 'publish'; readonly operation: PublishOperation }
  | { readonly direction: 'subscribe' }
  | { readonly direction: 'deliver'; readonly channel: SubscriptionChannel }
);

/**
 * All topics. A PUBLISH to another topic ends the connection, and so does a SUBSCRIBE to a filter that matches none of
 * the topics that the hub delivers to the client, nor its telemetry. This keeps the clients apart from each other. The
 * `subscribe` rows are the filters that IoT Hub documents.
 */
export const TOPICS = [
  {
    direction: 'publish',
    pattern: 'devices/{deviceId}/messages/events/{properties}',
    operation: 'sendEvent',
    callers: ['device'],
    meaning: 'Telemetry of a device. The topic ends with the message properties.',
  },
  {
    direction: 'publish',
    pattern: 'devices/{deviceId}/modules/{moduleId}/messages/events/{properties}',
    operation: 'sendEvent',
    callers: ['module'],
    meaning: 'Telemetry of a module. The property `$.on` names the output.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/twin/GET/?$rid={requestId}',
    operation: 'getTwin',
    callers: ['device', 'module'],
    meaning: 'Requests the desired and reported properties of the client’s twin.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/twin/PATCH/properties/reported/?$rid={requestId}&$version={version}',
    operation: 'updateReportedProperties',
    callers: ['device', 'module'],
    meaning: 'Updates reported properties; with `$version` only if it is the current version.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/methods/res/{status}/?$rid={requestId}',
    operation: 'sendMethodResponse',
    callers: ['device', 'module'],
    meaning: 'Responds to a direct method.',
  },
  {
    direction: 'subscribe',
    pattern: 'devices/{deviceId}/messages/devicebound/#',
    operation: 'subscribe',
    callers: ['device'],
    meaning: 'Cloud-to-device messages, including those in the queue.',
  },
  {
    direction: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/messages/devicebound/#',
    operation: 'subscribe',
    callers: ['module'],
    meaning:
      'Cloud-to-device messages of a module, including those in the queue, as the Java module client subscribes to them.',
  },
  {
    direction: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/inputs/#',
    operation: 'subscribe',
    callers: ['module'],
    meaning: 'Messages to the inputs of a module.',
  },
  {
    direction: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/#',
    operation: 'subscribe',
    callers: ['module'],
    meaning:
      'Messages to the inputs of a module and its cloud-to-device messages, as the .NET and C module clients subscribe to them.',
  },
  {
    direction: 'subscribe',
    pattern: '$iothub/twin/res/#',
    operation: 'subscribe',
    callers: ['device', 'module'],
    meaning: 'Responses to twin requests. Without this subscription the hub sends none.',
  },
  {
    direction: 'subscribe',
    pattern: '$iothub/twin/PATCH/properties/desired/#',
    operation: 'subscribe',
    callers: ['device', 'module'],
    meaning: 'Patches of desired properties while the client is connected.',
  },
  {
    direction: 'subscribe',
    pattern: '$iothub/methods/POST/#',
    operation: 'subscribe',
    callers: ['device', 'module'],
    meaning: 'Direct methods while the client is connected.',
  },
  {
    direction: 'deliver',
    pattern: 'devices/{deviceId}/messages/devicebound/{properties}',
    operation: 'receiveMessage',
    callers: ['device'],
    channel: 'messages',
    meaning: 'A cloud-to-device message. At QoS 1 its PUBACK completes it.',
  },
  {
    direction: 'deliver',
    pattern: 'devices/{deviceId}/modules/{moduleId}/messages/devicebound/{properties}',
    operation: 'receiveMessage',
    callers: ['module'],
    channel: 'messages',
    meaning: 'A cloud-to-device message of a module. At QoS 1 its PUBACK completes it.',
  },
  {
    direction: 'deliver',
    pattern: 'devices/{deviceId}/modules/{moduleId}/inputs/{inputName}/{properties}',
    operation: 'receiveInputMessage',
    callers: ['module'],
    channel: 'inputs',
    meaning: 'A message to an input. The properties `$.cdid` and `$.cmid` name its sender.',
  },
  {
    direction: 'deliver',
    pattern: '$iothub/twin/res/{status}/?$rid={requestId}&$version={version}',
    operation: 'receiveTwinResponse',
    callers: ['device', 'module'],
    channel: 'twinResponses',
    meaning: 'The response to a twin request, with `$version` only after an update.',
  },
  {
    direction: 'deliver',
    pattern: '$iothub/twin/PATCH/properties/desired/?$version={version}',
    operation: 'receiveDesiredProperties',
    callers: ['device', 'module'],
    channel: 'desiredProperties',
    meaning: 'A patch of desired properties. A deleted property is null.',
  },
  {
    direction: 'deliver',
    pattern: '$iothub/methods/POST/{methodName}/?$rid={requestId}',
    operation: 'invokeMethod',
    callers: ['device', 'module'],
    channel: 'methods',
    meaning: 'A direct method with its payload. The body is empty if the caller sent no payload.',
  },
] as const satisfies readonly Topic[];

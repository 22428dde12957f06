import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { Operation } from '../../domain/operations.ts';
import type { Channel } from '../../hub/client-connection.ts';
import { encodeTopicLevel } from './topic-encoding.ts';

/** What a client can ask of the hub by publishing. */
export type PublishOperation = Extract<
  Operation,
  'sendEvent' | 'getTwin' | 'updateReportedProperties' | 'sendMethodResponse'
>;

/** What a subscription makes a client hear; `nothing` is granted, for a client asks for it, but stays silent. */
export type Subscription = Channel | 'twinAnswers' | 'nothing';

/** One topic of the device API: who may use it, and what it means. */
export type Topic = {
  /** `{deviceId}` and `{moduleId}` are the client's own ids, raw; nobody may use another's. */
  readonly pattern: string;
  readonly client: 'device' | 'module' | 'any';
  readonly meaning: string;
  readonly operation: Operation;
} & (
  | { readonly direction: 'publish'; readonly operation: PublishOperation }
  | { readonly direction: 'subscribe'; readonly subscription: Subscription }
  | { readonly direction: 'deliver'; readonly subscription: Subscription }
);

/**
 * Every topic that exists. To publish elsewhere, or to subscribe to another filter, ends the connection:
 * this closed list is the wall between clients.
 */
export const TOPICS = [
  {
    direction: 'publish',
    pattern: 'devices/{deviceId}/messages/events/{properties}',
    client: 'device',
    operation: 'sendEvent',
    meaning: 'Telemetry of a device, its properties in the topic.',
  },
  {
    direction: 'publish',
    pattern: 'devices/{deviceId}/modules/{moduleId}/messages/events/{properties}',
    client: 'module',
    operation: 'sendEvent',
    meaning: 'Telemetry of a module; the property `$.on` names the output.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/twin/GET/?$rid={requestId}',
    client: 'any',
    operation: 'getTwin',
    meaning: 'Asks for the desired and reported properties of the own twin.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/twin/PATCH/properties/reported/?$rid={requestId}&$version={version}',
    client: 'any',
    operation: 'updateReportedProperties',
    meaning: 'Merges reported properties; with `$version` only if that is still the current one.',
  },
  {
    direction: 'publish',
    pattern: '$iothub/methods/res/{status}/?$rid={requestId}',
    client: 'any',
    operation: 'sendMethodResponse',
    meaning: 'Answers a direct method.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: 'devices/{deviceId}/messages/devicebound/#',
    client: 'device',
    subscription: 'messages',
    meaning: 'Cloud-to-device messages, those that wait included.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/messages/devicebound/#',
    client: 'module',
    subscription: 'nothing',
    meaning: 'Granted because the Java module client asks for it; modules get no cloud-to-device messages.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/inputs/#',
    client: 'module',
    subscription: 'inputs',
    meaning: 'Messages to the inputs of a module.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: 'devices/{deviceId}/modules/{moduleId}/#',
    client: 'module',
    subscription: 'inputs',
    meaning: 'The same, as the .NET and C module clients ask for it.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: '$iothub/twin/res/#',
    client: 'any',
    subscription: 'twinAnswers',
    meaning: 'Answers to twin requests; without it none is sent.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: '$iothub/twin/PATCH/properties/desired/#',
    client: 'any',
    subscription: 'desiredProperties',
    meaning: 'Patches of desired properties while connected.',
  },
  {
    direction: 'subscribe',
    operation: 'subscribe',
    pattern: '$iothub/methods/POST/#',
    client: 'any',
    subscription: 'methods',
    meaning: 'Direct methods while connected.',
  },
  {
    direction: 'deliver',
    operation: 'receiveMessage',
    pattern: 'devices/{deviceId}/messages/devicebound/{properties}',
    client: 'device',
    subscription: 'messages',
    meaning: 'A cloud-to-device message; at QoS 1 its PUBACK completes it.',
  },
  {
    direction: 'deliver',
    operation: 'receiveInputMessage',
    pattern: 'devices/{deviceId}/modules/{moduleId}/inputs/{inputName}/{properties}',
    client: 'module',
    subscription: 'inputs',
    meaning: 'A message to an input; `$.cdid` and `$.cmid` name its sender.',
  },
  {
    direction: 'deliver',
    operation: 'receiveTwinResponse',
    pattern: '$iothub/twin/res/{status}/?$rid={requestId}&$version={version}',
    client: 'any',
    subscription: 'twinAnswers',
    meaning: 'The answer to a twin request; `$version` after an update only.',
  },
  {
    direction: 'deliver',
    operation: 'receiveDesiredProperties',
    pattern: '$iothub/twin/PATCH/properties/desired/?$version={version}',
    client: 'any',
    subscription: 'desiredProperties',
    meaning: 'A patch of desired properties, deletions as null.',
  },
  {
    direction: 'deliver',
    operation: 'invokeMethod',
    pattern: '$iothub/methods/POST/{methodName}/?$rid={requestId}',
    client: 'any',
    subscription: 'methods',
    meaning: 'A direct method with its payload, `null` where there is none.',
  },
] as const satisfies readonly Topic[];

/** What a client published on one of the `$iothub` topics; `requestId` is raw, to be echoed as it came. */
export type ClientRequest =
  | { readonly operation: 'getTwin'; readonly requestId: string }
  | {
      readonly operation: 'updateReportedProperties';
      readonly requestId: string;
      /** As written; what is no number never equals a version. */
      readonly expectedVersion?: number;
    }
  | { readonly operation: 'sendMethodResponse'; readonly requestId: string; readonly status: number };

/** What a client asks on a topic other than telemetry, or undefined where no such topic exists. */
export function parseRequestTopic(topic: string): ClientRequest | undefined {
  const mark = topic.indexOf('?');
  if (mark < 0) return undefined;
  const query = parseRawQuery(topic.slice(mark + 1));
  const requestId = query.get('$rid');
  if (requestId === undefined) return undefined;
  for (const { operation, path } of REQUEST_PATHS) {
    const match = path.exec(topic.slice(0, mark));
    if (match !== null) return requestOf(operation, requestId, query, match[1] ?? '');
  }
  return undefined;
}

/** What this filter makes this client hear, or undefined where it may not subscribe to it. */
export function findSubscription(identity: ClientIdentity, filter: string): Subscription | undefined {
  const own = identity.moduleId === undefined ? 'device' : 'module';
  for (const topic of TOPICS) {
    if (topic.direction !== 'subscribe' || (topic.client !== 'any' && topic.client !== own)) continue;
    if (withIds(topic.pattern, identity) === filter) return topic.subscription;
  }
  return undefined;
}

/** The topic of a client's telemetry, without the slash and the properties that may follow. */
export function formatEventsTopic(identity: ClientIdentity): string {
  return `${formatOwnPath(identity)}/messages/events`;
}

export function formatTwinAnswerTopic(status: number, requestId: string, version?: number): string {
  const suffix = version === undefined ? '' : `&$version=${version}`;
  return `$iothub/twin/res/${status}/?$rid=${requestId}${suffix}`;
}

export function formatDesiredPatchTopic(version: number): string {
  return `$iothub/twin/PATCH/properties/desired/?$version=${version}`;
}

// Nothing may follow the request id: the .NET client takes the whole rest for it.
export function formatMethodTopic(methodName: string, requestId: string): string {
  return `$iothub/methods/POST/${encodeTopicLevel(methodName)}/?$rid=${requestId}`;
}

export function formatMessageTopic(identity: ClientIdentity, properties: string): string {
  return `${formatOwnPath(identity)}/messages/devicebound/${properties}`;
}

export function formatInputTopic(identity: ClientIdentity, inputName: string, properties: string): string {
  return `${formatOwnPath(identity)}/inputs/${encodeTopicLevel(inputName)}/${properties}`;
}

const REQUEST_PATHS = TOPICS.flatMap((topic) => {
  if (topic.direction !== 'publish' || topic.operation === 'sendEvent') return [];
  const path = topic.pattern.slice(0, topic.pattern.indexOf('?'));
  const expression = path.replaceAll('$', '\\$').replace('{status}', '(-?\\d{1,9})');
  return [{ operation: topic.operation, path: new RegExp(`^${expression}$`) }];
});

function requestOf(
  operation: Exclude<PublishOperation, 'sendEvent'>,
  requestId: string,
  query: ReadonlyMap<string, string>,
  status: string,
): ClientRequest {
  switch (operation) {
    case 'getTwin':
      return { operation, requestId };
    case 'updateReportedProperties': {
      const version = query.get('$version');
      return { operation, requestId, ...(version === undefined ? {} : { expectedVersion: Number(version) }) };
    }
    case 'sendMethodResponse':
      return { operation, requestId, status: Number(status) };
  }
}

function parseRawQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const separator = pair.indexOf('=');
    if (separator > 0) values.set(pair.slice(0, separator), pair.slice(separator + 1));
  }
  return values;
}

function formatOwnPath({ deviceId, moduleId }: ClientIdentity): string {
  return moduleId === undefined ? `devices/${deviceId}` : `devices/${deviceId}/modules/${moduleId}`;
}

// A function, for an id may hold `$&`.
function withIds(pattern: string, { deviceId, moduleId }: ClientIdentity): string {
  return pattern.replace('{deviceId}', () => deviceId).replace('{moduleId}', () => moduleId ?? '');
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { encodeTopicLevel } from './topic-encoding.ts';
import { TOPICS } from './topics.ts';

/** A PUBLISH to a `$iothub` topic. `requestId` is as the client wrote it, because the response repeats it. */
export type ClientRequest =
  | { readonly operation: 'getTwin'; readonly requestId: string }
  | {
      readonly operation: 'updateReportedProperties';
      readonly requestId: string;
      /** The version in the topic, or NaN if it is not a number. */
      readonly expectedVersion?: number;
    }
  | { readonly operation: 'sendMethodResponse'; readonly requestId: string; readonly status: number };

/** Parses a topic that is not telemetry. Returns undefined if there is no such topic. */
export function parseRequestTopic(topic: string): ClientRequest | undefined {
  const mark = topic.indexOf('?');
  if (mark < 0) return undefined;
  const query = parseRawQuery(topic.slice(mark + 1));
  const requestId = query.get('$rid');
  if (requestId === undefined) return undefined;
  const head = topic.slice(0, mark);
  for (const { operation, path } of REQUEST_PATHS) {
    const match = path.exec(head);
    if (match === null) continue;
    switch (operation) {
      case 'getTwin':
        return { operation, requestId };
      case 'updateReportedProperties': {
        const version = query.get('$version');
        return version === undefined
          ? { operation, requestId }
          : { operation, requestId, expectedVersion: Number(version) };
      }
      case 'sendMethodResponse':
        return { operation, requestId, status: Number(match[1]) };
    }
  }
  return undefined;
}

/** Formats the telemetry topic of a client, without the slash and the properties that may follow. */
export function formatEventsTopic(identity: ClientIdentity): string {
  return `${formatOwnPath(identity)}/messages/events`;
}

export function formatTwinResponseTopic(status: number, requestId: string, version?: number): string {
  const suffix = version === undefined ? '' : `&$version=${version}`;
  return `$iothub/twin/res/${status}/?$rid=${requestId}${suffix}`;
}

export function formatDesiredPatchTopic(version: number): string {
  return `$iothub/twin/PATCH/properties/desired/?$version=${version}`;
}

/**
 * Formats the topic of a direct method. Nothing follows the request id, because the .NET client takes the whole rest as
 * the id.
 */
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
  const expression = path.replaceAll('$', '\\$').replace('{status}', '(-?\\d{1,10})');
  return [{ operation: topic.operation, path: new RegExp(`^${expression}$`) }];
});

// Not decoded: the request id is compared as the client wrote it.
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

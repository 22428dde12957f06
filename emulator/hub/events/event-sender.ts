import { hashText } from '../../domain/hash.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { ClientRecord, EventSender } from '../../store/records.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';
import { EVENT_ANNOTATIONS as names } from './event-annotations.ts';

/** Creates the sender of the telemetry of a client, with the annotations of the hub. */
export function createTelemetrySender(
  { identity, method }: AuthenticatedClient,
  record: ClientRecord,
  partitionCount: number,
): EventSender {
  const { scope, type } = method;
  const issuer = type === 'x509' ? 'external' : 'iothub';
  return {
    identity,
    partition: partitionOf(identity, partitionCount),
    annotations: {
      ...clientAnnotationsOf(identity),
      [names.authenticationMethod]: JSON.stringify({ scope, type, issuer, acceptingIpFilterRule: null }),
      [names.generationId]: record.identity.generationId,
      [names.source]: 'Telemetry',
      ...(record.twin.modelId === '' ? {} : { [names.modelId]: record.twin.modelId }),
    },
  };
}

/** Creates the sender of an event that the hub itself writes about a client. */
export function createHubSender(
  identity: ClientIdentity,
  source: string,
  partitionCount: number,
): EventSender {
  return {
    identity,
    partition: partitionOf(identity, partitionCount),
    annotations: { ...clientAnnotationsOf(identity), [names.source]: source },
  };
}

/** Returns the partition of a client. It is a stable hash of the device id, so that events of a device are in order. */
export function partitionOf({ deviceId }: { readonly deviceId: string }, partitionCount: number): number {
  return hashText(deviceId) % partitionCount;
}

/** Returns the annotations of every event: the device id, and the module id if there is one. */
function clientAnnotationsOf({ deviceId, moduleId }: ClientIdentity): Record<string, string> {
  return {
    [names.deviceId]: deviceId,
    ...(moduleId === undefined ? {} : { [names.moduleId]: moduleId }),
  };
}

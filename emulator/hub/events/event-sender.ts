import { hashText } from '../../domain/hash.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { ClientRecord, EventSender } from '../../store/records.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';
import { EVENT_ANNOTATIONS as names } from './event-annotations.ts';

/** Returns what the hub stamps on the telemetry of a client. */
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

/** Returns what the hub stamps on an event that it writes itself about a client. */
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

/** Returns the partition of a client: a stable hash of its device id, so that the events of a device stay in order. */
export function partitionOf({ deviceId }: { readonly deviceId: string }, partitionCount: number): number {
  return hashText(deviceId) % partitionCount;
}

/** The annotations of every event, whoever writes it: the device, and the module if there is one. */
function clientAnnotationsOf({ deviceId, moduleId }: ClientIdentity): Record<string, string> {
  return {
    [names.deviceId]: deviceId,
    ...(moduleId === undefined ? {} : { [names.moduleId]: moduleId }),
  };
}

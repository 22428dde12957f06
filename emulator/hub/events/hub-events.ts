import { hubNameOf } from '../../domain/hub-name.ts';
import { formatJson, type JsonObject } from '../../domain/json.ts';
import type { MessageProperties } from '../../domain/messages/message.ts';
import { fileTimeOf, formatTime } from '../../domain/time.ts';
import { formatTwinUpdate, formatWholeTwin } from '../../domain/twins/twin-change.ts';
import type { Happening } from '../happenings.ts';
import type { HubParts } from '../hub-parts.ts';
import { clientAnnotationsOf, partitionOf } from './device-event.ts';
import { EVENT_ANNOTATIONS, HUB_EVENT_PROPERTIES as names } from './event-annotations.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from './event-formats.ts';
import type { EventLog } from './events.ts';
import type { HubEventSource } from './hub-event-sources.ts';

/** What a happening becomes in the event log. */
interface HubEvent {
  readonly source: HubEventSource;
  readonly operation: string;
  body(): JsonObject;
}

const SCHEMAS: Readonly<Record<HubEventSource, string>> = {
  twinChangeEvents: 'twinChangeNotification',
  deviceLifecycleEvents: 'deviceLifecycleNotification',
  deviceConnectionStateEvents: 'deviceConnectionStateNotification',
};
const encoder = new TextEncoder();

/** Writes what happens at the hub into its event log, for the sources that are switched on. */
export function announceHubEvents(parts: HubParts, events: EventLog): void {
  const { clock, ids, options, happenings } = parts;
  if (options.eventSources.length === 0) return;
  const hubName = hubNameOf(options.hostNames[0] ?? '');
  const nextConnectionNumber = connectionNumbers(clock.now());

  happenings.listen((happening) => {
    const event = eventOf(happening, nextConnectionNumber);
    if (event !== undefined && options.eventSources.includes(event.source)) append(happening, event);
  });

  function append({ identity }: Happening, { source, operation, body }: HubEvent): void {
    const sender = {
      identity,
      partition: partitionOf(identity.deviceId, events.partitionCount),
      annotations: { ...clientAnnotationsOf(identity), [EVENT_ANNOTATIONS.source]: source },
    };
    const { deviceId, moduleId } = identity;
    const properties: MessageProperties = {
      system: {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        correlationId: formatHex(ids.bytes(8)),
        userId: hubName,
      },
      application: {
        [names.hubName]: hubName,
        [names.deviceId]: deviceId,
        ...(moduleId === undefined ? {} : { [names.moduleId]: moduleId }),
        [names.operationTime]: formatTime(clock.now()),
        [names.schema]: SCHEMAS[source],
        [names.operation]: operation,
      },
    };
    const head = encodeJsonProperties(properties);
    events.appendFrom(sender, { head, format: JSON_PROPERTIES, body: encoder.encode(formatJson(body())) });
  }
}

function eventOf(happening: Happening, nextConnectionNumber: () => string): HubEvent | undefined {
  switch (happening.kind) {
    case 'twinUpdated':
      return twinChange('updateTwin', () => formatTwinUpdate(happening.twin, happening.touched));
    case 'twinReplaced':
      return twinChange('replaceTwin', () => formatWholeTwin(happening.twin, true));
    case 'identityCreated':
      return lifecycle('createDeviceIdentity', happening);
    case 'identityDeleted':
      return lifecycle('deleteDeviceIdentity', happening);
    case 'clientConnected':
      return connectionState('deviceConnected', nextConnectionNumber);
    case 'clientDisconnected':
      return connectionState('deviceDisconnected', nextConnectionNumber);
    case 'clientSubscribed':
      return undefined;
  }
}

function twinChange(operation: string, body: () => JsonObject): HubEvent {
  return { source: 'twinChangeEvents', operation, body };
}

// A module's identity bears the same operations as a device's.
function lifecycle(
  operation: string,
  { twin }: Extract<Happening, { readonly kind: 'identityCreated' | 'identityDeleted' }>,
): HubEvent {
  return { source: 'deviceLifecycleEvents', operation, body: () => formatWholeTwin(twin, false) };
}

function connectionState(operation: string, nextNumber: () => string): HubEvent {
  return {
    source: 'deviceConnectionStateEvents',
    operation,
    body: () => ({ sequenceNumber: nextNumber() }),
  };
}

/** 64 hexadecimal digits that grow as text: nothing, the epoch of the count as a file time, a constant, the count. */
function connectionNumbers(epoch: number): () => string {
  const start = fileTimeOf(epoch).toString(16).padStart(32, '0');
  let count = 0;
  return () => {
    count += 1;
    return `${start}00000002${count.toString(16).padStart(24, '0')}`.toUpperCase();
  };
}

function formatHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

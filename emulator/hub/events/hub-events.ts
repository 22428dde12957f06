import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { formatJson, type JsonObject } from '../../domain/json.ts';
import type { HubEventSource } from '../../domain/messages/hub-event-sources.ts';
import { hubNameOf } from '../../domain/messages/hub-name.ts';
import type { MessageProperties } from '../../domain/messages/message.ts';
import { fileTimeOf, formatTime } from '../../domain/time.ts';
import { formatTwinUpdate, formatWholeTwin } from '../../domain/twins/twin-change.ts';
import type { Activity } from '../activity.ts';
import type { HubParts } from '../hub-parts.ts';
import { HUB_EVENT_PROPERTIES as names } from './event-annotations.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from './event-formats.ts';
import { createHubSender } from './event-sender.ts';
import type { Events } from './events.ts';

/** The event that the hub writes for an activity. */
interface HubEvent {
  /** The `opType` property. */
  readonly type: string;
  readonly body: JsonObject;
}

type ReportedActivity = Exclude<Activity, { readonly kind: 'clientSubscribed' }>;

const SCHEMAS: Readonly<Record<HubEventSource, string>> = {
  twinChangeEvents: 'twinChangeNotification',
  deviceLifecycleEvents: 'deviceLifecycleNotification',
  deviceConnectionStateEvents: 'deviceConnectionStateNotification',
};

const KINDS: Readonly<Record<HubEventSource, readonly ReportedActivity['kind'][]>> = {
  twinChangeEvents: ['twinUpdated', 'twinReplaced'],
  deviceLifecycleEvents: ['identityCreated', 'identityDeleted'],
  deviceConnectionStateEvents: ['clientConnected', 'clientDisconnected'],
};

const encoder = new TextEncoder();

/** Writes activities into the event log, for the enabled sources. */
export class HubEvents {
  readonly #parts: HubParts;
  readonly #events: Events;
  readonly #hubName: string;

  constructor(parts: HubParts, events: Events) {
    this.#parts = parts;
    this.#events = events;
    this.#hubName = hubNameOf(parts.options.hostNames[0] ?? '');
    for (const source of new Set(parts.options.eventSources)) {
      parts.activities.listen({ kinds: KINDS[source] }, (activity) => this.#append(source, activity));
    }
  }

  #append(source: HubEventSource, activity: ReportedActivity): void {
    const { type, body } = this.#eventOf(activity);
    const { identity } = activity;
    const head = encodeJsonProperties(this.#propertiesOf(identity, SCHEMAS[source], type));
    const event = { head, format: JSON_PROPERTIES, body: encoder.encode(formatJson(body)) };
    this.#events.append(createHubSender(identity, source, this.#events.partitionCount), event, undefined);
  }

  #propertiesOf({ deviceId, moduleId }: ClientIdentity, schema: string, type: string): MessageProperties {
    const { clock, ids } = this.#parts;
    return {
      system: {
        contentType: 'application/json',
        contentEncoding: 'utf-8',
        correlationId: formatHex(ids.bytes(8)),
        userId: this.#hubName,
      },
      application: {
        [names.hubName]: this.#hubName,
        [names.deviceId]: deviceId,
        ...(moduleId === undefined ? {} : { [names.moduleId]: moduleId }),
        [names.operationTime]: formatTime(clock.now()),
        [names.schema]: schema,
        [names.operation]: type,
      },
    };
  }

  // Events about modules have the same types as events about devices.
  #eventOf(activity: ReportedActivity): HubEvent {
    switch (activity.kind) {
      case 'twinUpdated':
        return { type: 'updateTwin', body: formatTwinUpdate(activity.twin, activity.touched) };
      case 'twinReplaced':
        return { type: 'replaceTwin', body: formatWholeTwin(activity.twin, true) };
      case 'identityCreated':
        return { type: 'createDeviceIdentity', body: formatWholeTwin(activity.twin, false) };
      case 'identityDeleted':
        return { type: 'deleteDeviceIdentity', body: formatWholeTwin(activity.twin, false) };
      case 'clientConnected':
        return { type: 'deviceConnected', body: this.#nextConnection() };
      case 'clientDisconnected':
        return { type: 'deviceDisconnected', body: this.#nextConnection() };
    }
  }

  /**
   * Returns 64 hexadecimal digits that increase as strings.
   * They are zeros, the creation time of the hub as a file time, a constant, and a counter.
   */
  #nextConnection(): JsonObject {
    const { store } = this.#parts;
    const start = fileTimeOf(store.createdUtc).toString(16).padStart(32, '0');
    const count = store.countConnectionEvent().toString(16).padStart(24, '0');
    return { sequenceNumber: `${start}00000002${count}`.toUpperCase() };
  }
}

function formatHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

import type { HubEventSource } from '../emulator/domain/messages/hub-event-sources.ts';
import type { DeviceEvent } from '../emulator/domain/messages/message.ts';

/** The writer of an event: a client, or the hub for one of its activities. */
export type EventSource = 'Telemetry' | HubEventSource;

/** The filter and the start position of a reader of events. */
export interface EventReading {
  readonly deviceId?: string;
  readonly moduleId?: string;
  /** Default: `latest`, only events that are added after the call. */
  readonly from?: 'earliest' | 'latest';
  /** Default: `Telemetry`. The other sources must be enabled by the option `eventSources` of the hub. */
  readonly sources?: readonly EventSource[];
  readonly signal?: AbortSignal;
}

/** Returns the events of the given sources. */
export async function* filterEvents(
  events: AsyncIterable<DeviceEvent>,
  sources: readonly EventSource[] = ['Telemetry'],
): AsyncGenerator<DeviceEvent, void, void> {
  const selected = new Set<string | undefined>(sources);
  for await (const event of events) {
    if (selected.has(event.systemProperties['iothub-message-source'])) yield event;
  }
}

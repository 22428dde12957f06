import type { HubEventSource } from '../emulator/domain/messages/hub-event-sources.ts';
import type { DeviceEvent } from '../emulator/domain/messages/message.ts';

/** Who wrote an event: a client, or the hub about one of its activities. */
export type EventSource = 'Telemetry' | HubEventSource;

/** Which events are to be read, and from where on. */
export interface EventReading {
  readonly deviceId?: string;
  readonly moduleId?: string;
  /** Default: `latest`, from now on. */
  readonly from?: 'earliest' | 'latest';
  /** Default: `Telemetry`. The sources of the hub itself have to be switched on by `eventSources`. */
  readonly sources?: readonly EventSource[];
  readonly signal?: AbortSignal;
}

/** Returns the events of some sources. */
export async function* filterEvents(
  events: AsyncIterable<DeviceEvent>,
  sources: readonly EventSource[] = ['Telemetry'],
): AsyncGenerator<DeviceEvent, void, void> {
  const wanted = new Set<string | undefined>(sources);
  for await (const event of events) {
    if (wanted.has(event.systemProperties['iothub-message-source'])) yield event;
  }
}

import type { DeviceEvent } from '../emulator/domain/messages/message.ts';
import type { Emulator, EmulatorOptions } from '../emulator/emulator.ts';

/** Who wrote an event: a client, or the hub about something that happened. */
export type EventSource = 'Telemetry' | EmulatorOptions['hub']['eventSources'][number];

/** Which events are to be read, and from where on. */
export interface EventReading {
  readonly deviceId?: string;
  readonly moduleId?: string;
  /** `latest` unless told: from now on. */
  readonly from?: 'earliest' | 'latest';
  /** `Telemetry` alone unless told; the hub's own sources must have been switched on by `eventSources`. */
  readonly sources?: readonly EventSource[];
  readonly signal?: AbortSignal;
}

/** Reads the event log; the position is taken at once. */
export function readEvents(
  hub: Emulator['hub'],
  { sources = ['Telemetry'], ...reading }: EventReading = {},
): AsyncIterable<DeviceEvent> {
  return ofSources(hub.events.read(reading), new Set<string | undefined>(sources));
}

async function* ofSources(
  events: AsyncIterable<DeviceEvent>,
  sources: ReadonlySet<string | undefined>,
): AsyncGenerator<DeviceEvent, void, void> {
  for await (const event of events) {
    if (sources.has(event.systemProperties['iothub-message-source'])) yield event;
  }
}

/** The sources of events that the hub itself can write, in addition to the telemetry of clients. */
export const HUB_EVENT_SOURCES = [
  'twinChangeEvents',
  'deviceLifecycleEvents',
  'deviceConnectionStateEvents',
] as const;
export type HubEventSource = (typeof HUB_EVENT_SOURCES)[number];

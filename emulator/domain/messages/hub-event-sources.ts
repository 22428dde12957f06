/** What the hub itself can write into its event log, beside the telemetry of clients. */
export const HUB_EVENT_SOURCES = [
  'twinChangeEvents',
  'deviceLifecycleEvents',
  'deviceConnectionStateEvents',
] as const;
export type HubEventSource = (typeof HUB_EVENT_SOURCES)[number];

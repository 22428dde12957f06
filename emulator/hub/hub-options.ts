import type { CloudToDeviceOptions } from '../domain/cloud-to-device/cloud-to-device.ts';
import type { HubEventSource } from '../domain/messages/hub-event-sources.ts';
import type { Policy } from '../domain/policy.ts';

/** What a hub is told when it is made. */
export interface HubOptions {
  /** Every name that clients may use, without ports; the first is the hub's own. */
  readonly hostNames: readonly string[];
  readonly policies: readonly Policy[];
  /** PEM texts of certificate authorities registered and verified, for CA-signed clients. */
  readonly trustedAuthorities: readonly string[];
  /** How long a connection outlives its token, in seconds. */
  readonly tokenGraceSeconds: number;
  readonly partitionCount: number;
  /** Events older than this (milliseconds), or beyond this many bytes, are forgotten. */
  readonly eventRetentionMilliseconds: number;
  readonly eventRetentionBytes: number;
  /** What the hub itself writes into the event log, as a route from that source would. */
  readonly eventSources: readonly HubEventSource[];
  readonly cloudToDevice: CloudToDeviceOptions;
  /** How many jobs may wait or run at a time: 1 as in the smallest editions of the hub, which is the default, up to 10. */
  readonly concurrentJobLimit?: number;
  /** In a query, whether `!=` between values of different types is true; by default such a row is not selected. */
  readonly isMixedTypeNotEqualTrue?: boolean;
}

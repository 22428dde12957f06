import type { Policy } from '../domain/access/policy.ts';
import type { CloudToDeviceOptions } from '../domain/cloud-to-device/cloud-to-device.ts';
import type { HubEventSource } from '../domain/messages/hub-event-sources.ts';

/** The options of a hub. */
export interface HubOptions {
  /** Every host name that clients may use, without a port. The first one is the name of the hub. */
  readonly hostNames: readonly string[];
  readonly policies: readonly Policy[];
  /** The registered and verified certificate authorities of CA-signed clients, as PEM text. */
  readonly trustedAuthorities: readonly string[];
  /** The time that a connection remains open after the expiry of its token, in seconds. */
  readonly tokenGraceSeconds: number;
  readonly partitionCount: number;
  /** The limits of the event log. Older events are deleted, and the oldest ones if the log exceeds this many bytes. */
  readonly eventRetentionMilliseconds: number;
  readonly eventRetentionBytes: number;
  /** The sources whose events the hub writes into the event log, as with a route from that source. */
  readonly eventSources: readonly HubEventSource[];
  readonly cloudToDevice: CloudToDeviceOptions;
  /** The maximum number of active jobs. IoT Hub allows 1 in its smallest tiers and up to 10 in the others. */
  readonly concurrentJobLimit: number;
  /** True if `!=` between values of different types is true in a query. */
  readonly isMixedTypeNotEqualTrue: boolean;
}

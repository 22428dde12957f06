import type { Policy } from '../emulator/domain/access/policy.ts';
import type {
  CloudToDeviceOptions,
  FeedbackOptions,
} from '../emulator/domain/cloud-to-device/cloud-to-device.ts';
import type { HubEventSource } from '../emulator/domain/messages/hub-event-sources.ts';
import type { DeviceEvent } from '../emulator/domain/messages/message.ts';
import type { EventReading } from './hub-events.ts';
import type { HubMessages } from './hub-messages.ts';
import type { HubUnderTest } from './hub-under-test.ts';
import type { LogLine } from './recorded-log.ts';
import type { HubWaits } from './waits/hub-waits.ts';

/** The options of an emulated hub. All are optional. */
export interface LocalHubOptions {
  /** The host name of the hub for the SDKs. The host need not exist. Default: `hub1.iothub.test`. */
  readonly hostName?: string;
  /**
   * The kind of clock. `manual`: only `hub.clock.advance(…)` changes the time. SAS tokens of the SDKs have the time of
   * the machine.
   */
  readonly clock?: 'system' | 'manual';
  /** Shared access policies in addition to the five that every hub has. */
  readonly policies?: readonly Policy[];
  /** The registered and verified certificate authorities of CA-signed clients, as PEM text. */
  readonly trustedAuthorities?: readonly string[];
  /**
   * True if the hub also has an RSA certificate, for clients that support no ECDSA. Its key takes a tenth of a second or
   * more to create. Default: false.
   */
  readonly hasRsaCertificate?: boolean;
  /** The time that a connection remains open after the expiry of its token. Default: 600. */
  readonly tokenGraceSeconds?: number;
  /** The number of partitions of the event log. Default: 4. */
  readonly partitionCount?: number;
  /** The age after which events are deleted. Default: one day. */
  readonly eventRetentionMilliseconds?: number;
  /** The size above which the oldest events are deleted. Default: 64 MiB. */
  readonly eventRetentionBytes?: number;
  /** The sources whose events the hub itself writes into the event log. Default: none. */
  readonly eventSources?: readonly HubEventSource[];
  /** The timeouts and limits of cloud-to-device messages. An absent value has its default. */
  readonly cloudToDevice?: Partial<Omit<CloudToDeviceOptions, 'feedback'>> & {
    readonly feedback?: Partial<FeedbackOptions>;
  };
  /** The maximum number of active jobs, 1 to 10. Default: 1, as in the smallest tiers. */
  readonly concurrentJobLimit?: number;
  /** True if `!=` between values of different types is true in a query. Default: false. */
  readonly isMixedTypeNotEqualTrue?: boolean;
}

/** A clock whose time changes only by {@link advance}. */
export interface ManualClock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls `run` once after a delay in milliseconds of this clock. */
  schedule(delayMilliseconds: number, run: () => void): { cancel(): void };
  /** Advances the time and calls everything that is due, in order. */
  advance(milliseconds: number): void;
}

/** An emulated hub in this process. */
export interface LocalHub extends HubUnderTest, HubMessages, HubWaits {
  /** The clock of a hub that was started with `clock: 'manual'`. */
  readonly clock: ManualClock | undefined;
  /** The lines that the hub has logged so far. */
  readonly log: readonly LogLine[];
  /** Returns the connection string of a shared access policy, such as `registryRead`. */
  connectionStringOf(policyName: string): string;
  /** Reads device-to-cloud events. Ends when the signal aborts, the hub closes or the caller leaves the loop. */
  telemetry(reading?: EventReading): AsyncIterable<DeviceEvent>;
}

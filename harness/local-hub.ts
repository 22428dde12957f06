import type { CloudToDeviceOptions } from '../emulator/domain/cloud-to-device/cloud-to-device.ts';
import type { HubEventSource } from '../emulator/domain/messages/hub-event-sources.ts';
import type { DeviceEvent } from '../emulator/domain/messages/message.ts';
import type { Policy } from '../emulator/domain/policy.ts';
import type { EventReading } from './hub-events.ts';
import type { HubMessages } from './hub-messages.ts';
import type { HubUnderTest } from './hub-under-test.ts';
import type { LogLine } from './recorded-log.ts';
import type { HubWaits } from './waits/hub-waits.ts';

/** The options of an emulated hub; all can be left out. */
export interface LocalHubOptions {
  /** The name that the SDKs connect to. No such host has to exist. Default: `hub1.iothub.test`. */
  readonly hostName?: string;
  /** `manual`: time stands still until `hub.clock.advance(…)`. SAS tokens of the SDKs have the time of the machine. */
  readonly clock?: 'system' | 'manual';
  /** Shared access policies beside the five that every hub has. */
  readonly policies?: readonly Policy[];
  /** PEM texts of registered and verified certificate authorities, for CA-signed clients. */
  readonly trustedAuthorities?: readonly string[];
  /** How long a connection outlives its token. Default: 600. */
  readonly tokenGraceSeconds?: number;
  /** Default: 4. */
  readonly partitionCount?: number;
  /** Older events are dropped. Default: one day. */
  readonly eventRetentionMilliseconds?: number;
  /** The oldest events are dropped beyond this size. Default: 64 MiB. */
  readonly eventRetentionBytes?: number;
  /** What the hub itself writes into the event log. Default: nothing. */
  readonly eventSources?: readonly HubEventSource[];
  readonly cloudToDevice?: Partial<CloudToDeviceOptions>;
  /** How many jobs may wait or run at a time, 1 to 10. Default: 1, as in the smallest tiers. */
  readonly concurrentJobLimit?: number;
  /** In a query, whether `!=` between values of different types is true. By default such a row is not selected. */
  readonly isMixedTypeNotEqualTrue?: boolean;
}

/** A clock that stands still until it is advanced. */
export interface ManualClock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs once after a delay in milliseconds of this clock. */
  schedule(delayMilliseconds: number, run: () => void): { cancel(): void };
  /** Advances the time and runs in order everything that is due. */
  advance(milliseconds: number): void;
}

/** An emulated hub in this process. */
export interface LocalHub extends HubUnderTest, HubMessages, HubWaits {
  /** The clock of a hub that was started with `clock: 'manual'`. */
  readonly clock: ManualClock | undefined;
  /** Everything that the hub has logged so far. */
  readonly log: readonly LogLine[];
  /** Returns the connection string of a shared access policy, such as `registryRead`. */
  connectionStringOf(policyName: string): string;
  /** Reads device-to-cloud events, from now on or from the start. */
  telemetry(reading?: EventReading): AsyncIterable<DeviceEvent>;
}

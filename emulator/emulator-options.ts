import { createHmac } from 'node:crypto';
import type { Authority } from './certificates/authority.ts';
import { createRandomIds } from './clocks/random-ids.ts';
import { createSystemClock } from './clocks/system-clock.ts';
import { DEFAULT_CLOUD_TO_DEVICE_OPTIONS } from './domain/cloud-to-device/cloud-to-device.ts';
import { DEFAULT_POLICIES, type Policy } from './domain/policy.ts';
import { mapPorts, type Ports } from './endpoints.ts';
import type { HubOptions } from './hub/hub-options.ts';
import type { Clock, IdSource, Log } from './hub/ports.ts';
import type { ConnectionTimeouts } from './listen/listener.ts';

/** The options of an emulator, with the port of each endpoint. Port 0 means any free port. */
export interface EmulatorOptions extends Ports {
  /** The address to bind. */
  readonly host: string;
  readonly hub: HubOptions;
  /** Signs the server certificate and client certificates. By default a new authority is created in memory. */
  readonly authority: Authority | undefined;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly timeouts: ConnectionTimeouts;
}

/** The options of an emulator. An absent option has its default value. */
export type PartialEmulatorOptions = Partial<Omit<EmulatorOptions, 'hub'>> & {
  readonly hub?: Partial<HubOptions>;
};

/** The primary key of every default policy in every run: `iothub-emulator-not-a-secret-key` in base64. */
export const DEFAULT_KEY = Buffer.from('iothub-emulator-not-a-secret-key').toString('base64');
const DEFAULT_SECONDARY_KEY = Buffer.from('iothub-emulator-secondary-no-key').toString('base64');

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** The default options of a hub: five policies, four partitions, a day and 64 MiB of events, telemetry only. */
export const DEFAULT_HUB_OPTIONS: Omit<HubOptions, 'hostNames'> = {
  policies: Object.entries(DEFAULT_POLICIES).map(([name, permissions]) => policyOf(name, permissions)),
  trustedAuthorities: [],
  tokenGraceSeconds: 600,
  partitionCount: 4,
  eventRetentionMilliseconds: DAY_MILLISECONDS,
  eventRetentionBytes: 64 * 1024 * 1024,
  eventSources: [],
  cloudToDevice: DEFAULT_CLOUD_TO_DEVICE_OPTIONS,
};

// The SDKs may use these host names in addition to the name of the hub.
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** Completes the options of an emulator. The default is a hub on free ports of 127.0.0.1 without a log. */
export function withDefaults({ hub = {}, ...options }: PartialEmulatorOptions): EmulatorOptions {
  return {
    host: '127.0.0.1',
    ...mapPorts(() => 0),
    authority: undefined,
    clock: createSystemClock(),
    ids: createRandomIds(),
    log: () => undefined,
    timeouts: {},
    ...options,
    hub: {
      ...DEFAULT_HUB_OPTIONS,
      ...hub,
      hostNames: [...new Set([...(hub.hostNames ?? []), ...LOCAL_NAMES])],
    },
  };
}

/** Creates a policy. The default of the primary key is {@link DEFAULT_KEY}. */
export function policyOf(name: string, permissions: Policy['permissions'], primaryKey = DEFAULT_KEY): Policy {
  return { name, permissions, primaryKey, secondaryKey: DEFAULT_SECONDARY_KEY };
}

/** Derives the keys of a client that is registered at start from its id, so that they never change. */
export function keysOf(clientId: string): { readonly primaryKey: string; readonly secondaryKey: string } {
  return { primaryKey: derive(DEFAULT_KEY, clientId), secondaryKey: derive(DEFAULT_SECONDARY_KEY, clientId) };
}

function derive(key: string, clientId: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(clientId).digest('base64');
}

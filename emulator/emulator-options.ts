import { createHmac } from 'node:crypto';
import type { Authority } from './certificates/authority.ts';
import { createRandomIds } from './clocks/random-ids.ts';
import { createSystemClock } from './clocks/system-clock.ts';
import { PERMISSIONS, type Permission, type Policy } from './domain/access/policy.ts';
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
  /** True if the HTTPS port requests a client certificate from browsers too, which then cannot open WebSockets. */
  readonly requestsBrowserCertificates: boolean;
}

/** The options of an emulator. An absent option has its default value. */
export type PartialEmulatorOptions = Partial<Omit<EmulatorOptions, 'hub' | 'timeouts'>> & {
  readonly hub?: Partial<HubOptions>;
  readonly timeouts?: Partial<ConnectionTimeouts>;
};

/** The address that an emulator binds. */
export const LOOPBACK = '127.0.0.1';

/**
 * The name of a hub whose programs are redirected. It cannot exist in DNS, so that a program that is not redirected
 * sends its token to no other server.
 */
export const REDIRECTED_HOST_NAME = 'hub1.iothub.test';

/** The primary key of every default policy in every run: `iothub-emulator-not-a-secret-key` in base64. */
export const DEFAULT_KEY = Buffer.from('iothub-emulator-not-a-secret-key').toString('base64');
const DEFAULT_SECONDARY_KEY = Buffer.from('iothub-emulator-secondary-no-key').toString('base64');

/** The permissions of the policies that every hub has, by policy name. */
export const DEFAULT_POLICIES: Readonly<Record<string, readonly Permission[]>> = {
  iothubowner: PERMISSIONS,
  service: ['ServiceConnect'],
  device: ['DeviceConnect'],
  registryRead: ['RegistryRead'],
  registryReadWrite: ['RegistryRead', 'RegistryWrite'],
};

const MINUTE_MILLISECONDS = 60 * 1000;
const DAY_MILLISECONDS = 24 * 60 * MINUTE_MILLISECONDS;

/**
 * The default options of a hub, those of the smallest tier of IoT Hub. Only feedback does not wait for a batch, because
 * a developer waits for it.
 */
export const DEFAULT_HUB_OPTIONS: Omit<HubOptions, 'hostNames'> = {
  policies: Object.entries(DEFAULT_POLICIES).map(([name, permissions]) => policyOf(name, permissions)),
  trustedAuthorities: [],
  tokenGraceSeconds: 600,
  partitionCount: 4,
  eventRetentionMilliseconds: DAY_MILLISECONDS,
  eventRetentionBytes: 64 * 1024 * 1024,
  eventSources: [],
  cloudToDevice: {
    defaultTimeToLiveSeconds: 3600,
    maximumDeliveryCount: 10,
    lockSeconds: 60,
    feedback: { timeToLiveSeconds: 3600, maximumDeliveryCount: 10, lockSeconds: 60, batchSeconds: 0 },
  },
  concurrentJobLimit: 1,
  isMixedTypeNotEqualTrue: false,
};

const DEFAULT_TIMEOUTS: ConnectionTimeouts = {
  handshakeMilliseconds: MINUTE_MILLISECONDS / 2,
  headMilliseconds: MINUTE_MILLISECONDS,
  requestMilliseconds: 5 * MINUTE_MILLISECONDS,
};

// The SDKs may use these host names, and the bound address, in addition to the name of the hub.
const LOCAL_NAMES = ['localhost', LOOPBACK, '::1'];

/** Completes the options of an emulator. The default is a hub on free ports of 127.0.0.1 without a log. */
export function withDefaults({
  hub = {},
  timeouts = {},
  ...options
}: PartialEmulatorOptions): EmulatorOptions {
  const { host = LOOPBACK } = options;
  return {
    ...mapPorts(() => 0),
    authority: undefined,
    clock: createSystemClock(),
    ids: createRandomIds(),
    log: () => undefined,
    requestsBrowserCertificates: false,
    ...options,
    host,
    timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
    hub: {
      ...DEFAULT_HUB_OPTIONS,
      ...hub,
      hostNames: [...new Set([...(hub.hostNames ?? []), ...LOCAL_NAMES, host])],
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

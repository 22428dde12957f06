import { createHmac } from 'node:crypto';
import { DEFAULT_CLOUD_TO_DEVICE_OPTIONS } from './domain/cloud-to-device/cloud-to-device.ts';
import { DEFAULT_POLICIES, type Policy } from './domain/policy.ts';
import type { HubOptions } from './hub/hub-options.ts';

/** The primary key of every default policy, the same in every run: base64 of `iothub-emulator-not-a-secret-key`. */
export const DEFAULT_KEY = Buffer.from('iothub-emulator-not-a-secret-key').toString('base64');
const DEFAULT_SECONDARY_KEY = Buffer.from('iothub-emulator-secondary-no-key').toString('base64');

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** A hub as it is without any option: five policies, four partitions, a day and 64 MiB of events, telemetry only. */
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

/** A policy with the given primary key, or the default one. */
export function policyOf(name: string, permissions: Policy['permissions'], primaryKey = DEFAULT_KEY): Policy {
  return { name, permissions, primaryKey, secondaryKey: DEFAULT_SECONDARY_KEY };
}

/** Keys of a client that is registered at start: derived from its id, so that its connection string never changes. */
export function keysOf(clientId: string): { readonly primaryKey: string; readonly secondaryKey: string } {
  return { primaryKey: derive(DEFAULT_KEY, clientId), secondaryKey: derive(DEFAULT_SECONDARY_KEY, clientId) };
}

function derive(key: string, clientId: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(clientId).digest('base64');
}

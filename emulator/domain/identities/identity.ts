import type { Authentication } from './authentication.ts';
import type { DeviceId, ModuleId } from './client-identity.ts';

export type DeviceStatus = 'enabled' | 'disabled';

/** A device identity. Times are UTC strings. Each accepted write increments `etagNumber`. */
export interface DeviceIdentity {
  readonly kind: 'device';
  readonly deviceId: DeviceId;
  readonly generationId: string;
  readonly etagNumber: number;
  readonly status: DeviceStatus;
  readonly statusReason: string | null;
  readonly statusUpdatedTime: string;
  readonly authentication: Authentication;
  readonly isEdge: boolean;
  readonly deviceScope: string | null;
  readonly parentScopes: readonly string[];
}

/** A module identity. It has no status of its own: the status of its device applies. */
export interface ModuleIdentity {
  readonly kind: 'module';
  readonly deviceId: DeviceId;
  readonly moduleId: ModuleId;
  readonly generationId: string;
  readonly etagNumber: number;
  readonly managedBy: string | null;
  readonly authentication: Authentication;
}

export type Identity = DeviceIdentity | ModuleIdentity;

export type ConnectionState = 'Connected' | 'Disconnected';

/** The connection state and the last activity of a client. Times are UTC strings. */
export interface ClientActivity {
  readonly connectionState: ConnectionState;
  readonly connectionStateUpdatedTime: string;
  readonly lastActivityTime: string;
}

/** Formats the etag of an identity: the decimal number in base64. */
export function formatIdentityEtag(etagNumber: number): string {
  return btoa(String(etagNumber));
}

/** The prefix of the scope of an edge device. The device id and the creation time in ticks follow it. */
export const EDGE_SCOPE_PREFIX = 'ms-azure-iot-edge://';

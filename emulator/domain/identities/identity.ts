import type { Authentication } from './authentication.ts';
import type { DeviceId, ModuleId } from './client-identity.ts';

export type DeviceStatus = 'enabled' | 'disabled';

/** What the registry keeps of a device. Times are UTC text; `etagNumber` grows by one with each accepted write. */
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

/** What the registry keeps of a module. A module has no status: it lives and falls with its device. */
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

/** What the hub observes of a client. Times are UTC text. */
export interface ClientActivity {
  readonly connectionState: ConnectionState;
  readonly connectionStateUpdatedTime: string;
  readonly lastActivityTime: string;
}

/** Base64 of the decimal count, as identities and configurations print their etags. */
export function formatIdentityEtag(etagNumber: number): string {
  return btoa(String(etagNumber));
}

/** Where the scope of an edge device begins; its id and creation ticks follow. */
export const EDGE_SCOPE_PREFIX = 'ms-azure-iot-edge://';

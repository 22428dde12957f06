import type { Authentication } from '../domain/authentication.ts';
import { type DeviceIdentity, formatIdentityEtag, type ModuleIdentity } from '../domain/identity.ts';
import type { JsonObject } from '../domain/json.ts';
import { NEVER } from '../domain/time.ts';
import type { IdentityView } from '../hub/hub.ts';

/**
 * How an identity is printed: the answer to a create shows "never" without its `Z` and always the parent scopes;
 * a device with neither parent nor Edge capability shows them later only where the request named them.
 */
export type Occasion = 'create' | 'updateWithParentScopes' | 'read';

/** A device identity as the service prints it; `type` stands last, for the .NET client derives it from what comes before. */
export function formatDevice(view: IdentityView<DeviceIdentity>, occasion: Occasion): JsonObject {
  const { identity, activity } = view;
  const format = occasion === 'create' ? formatFirstTime : sameTime;
  const showsParents = occasion !== 'read' || identity.isEdge || identity.parentScopes.length > 0;
  return {
    deviceId: identity.deviceId,
    generationId: identity.generationId,
    etag: formatIdentityEtag(identity.etagNumber),
    connectionState: activity.connectionState,
    status: identity.status,
    statusReason: identity.statusReason,
    connectionStateUpdatedTime: format(activity.connectionStateUpdatedTime),
    statusUpdatedTime: format(identity.statusUpdatedTime),
    lastActivityTime: format(activity.lastActivityTime),
    cloudToDeviceMessageCount: view.pendingMessageCount,
    authentication: formatAuthentication(identity.authentication),
    capabilities: { iotEdge: identity.isEdge },
    ...(identity.deviceScope === null ? {} : { deviceScope: identity.deviceScope }),
    ...(showsParents ? { parentScopes: identity.parentScopes } : {}),
  };
}

/** A module identity as the service prints it. */
export function formatModule(view: IdentityView<ModuleIdentity>, occasion: Occasion): JsonObject {
  const { identity, activity } = view;
  const format = occasion === 'create' ? formatFirstTime : sameTime;
  return {
    moduleId: identity.moduleId,
    managedBy: identity.managedBy,
    deviceId: identity.deviceId,
    generationId: identity.generationId,
    etag: formatIdentityEtag(identity.etagNumber),
    connectionState: activity.connectionState,
    connectionStateUpdatedTime: format(activity.connectionStateUpdatedTime),
    lastActivityTime: format(activity.lastActivityTime),
    cloudToDeviceMessageCount: view.pendingMessageCount,
    authentication: formatAuthentication(identity.authentication),
  };
}

function formatAuthentication(authentication: Authentication): JsonObject {
  const { primaryKey, secondaryKey } = authentication.symmetricKey;
  const { primaryThumbprint, secondaryThumbprint } = authentication.x509Thumbprint;
  return {
    symmetricKey: { primaryKey, secondaryKey },
    x509Thumbprint: { primaryThumbprint, secondaryThumbprint },
    type: authentication.type,
  };
}

function formatFirstTime(time: string): string {
  return time === NEVER ? time.slice(0, -1) : time;
}

function sameTime(time: string): string {
  return time;
}

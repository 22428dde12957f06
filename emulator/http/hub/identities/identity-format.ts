import type { Authentication } from '../../../domain/identities/authentication.ts';
import {
  type DeviceIdentity,
  formatIdentityEtag,
  type ModuleIdentity,
} from '../../../domain/identities/identity.ts';
import { NEVER } from '../../../domain/time.ts';
import type { IdentityView } from '../../../hub/identities/identity-view.ts';

/**
 * How an identity is printed: the answer to a create shows "never" without its `Z` and always the parent scopes;
 * a device with neither parent nor Edge capability shows them later only where the request named them.
 */
export type Occasion = 'create' | 'updateWithParentScopes' | 'read';

// Written out, for `JSON.stringify` takes four times as long and a registry is read all day. Ids, keys, thumbprints,
// etags and times hold no character that JSON would escape; free text does.

/** A device identity as JSON text; `type` stands last, for the .NET client derives it from what comes before. */
export function formatDevice(
  { identity, activity, ...view }: IdentityView<DeviceIdentity>,
  occasion: Occasion,
): string {
  const time = occasion === 'create' ? formatFirstTime : sameTime;
  const showsParents = occasion !== 'read' || identity.isEdge || identity.parentScopes.length > 0;
  const scope = identity.deviceScope === null ? '' : `,"deviceScope":${JSON.stringify(identity.deviceScope)}`;
  const parents = showsParents ? `,"parentScopes":${JSON.stringify(identity.parentScopes)}` : '';
  return `{"deviceId":"${identity.deviceId}","generationId":"${identity.generationId}",\
"etag":"${formatIdentityEtag(identity.etagNumber)}","connectionState":"${activity.connectionState}",\
"status":"${identity.status}","statusReason":${formatText(identity.statusReason)},\
"connectionStateUpdatedTime":"${time(activity.connectionStateUpdatedTime)}",\
"statusUpdatedTime":"${time(identity.statusUpdatedTime)}","lastActivityTime":"${time(activity.lastActivityTime)}",\
"cloudToDeviceMessageCount":${view.pendingMessageCount},\
"authentication":${formatAuthentication(identity.authentication)},\
"capabilities":{"iotEdge":${identity.isEdge}}${scope}${parents}}`;
}

/** A module identity as JSON text. */
export function formatModule(
  { identity, activity, ...view }: IdentityView<ModuleIdentity>,
  occasion: Occasion,
): string {
  const time = occasion === 'create' ? formatFirstTime : sameTime;
  return `{"moduleId":"${identity.moduleId}","managedBy":${formatText(identity.managedBy)},\
"deviceId":"${identity.deviceId}","generationId":"${identity.generationId}",\
"etag":"${formatIdentityEtag(identity.etagNumber)}","connectionState":"${activity.connectionState}",\
"connectionStateUpdatedTime":"${time(activity.connectionStateUpdatedTime)}",\
"lastActivityTime":"${time(activity.lastActivityTime)}","cloudToDeviceMessageCount":${view.pendingMessageCount},\
"authentication":${formatAuthentication(identity.authentication)}}`;
}

function formatAuthentication({ type, symmetricKey, x509Thumbprint }: Authentication): string {
  const { primaryKey, secondaryKey } = symmetricKey;
  const { primaryThumbprint, secondaryThumbprint } = x509Thumbprint;
  return `{"symmetricKey":{"primaryKey":${quote(primaryKey)},"secondaryKey":${quote(secondaryKey)}},\
"x509Thumbprint":{"primaryThumbprint":${quote(primaryThumbprint)},\
"secondaryThumbprint":${quote(secondaryThumbprint)}},"type":"${type}"}`;
}

function formatText(text: string | null): string {
  return text === null ? 'null' : JSON.stringify(text);
}

function quote(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}

function formatFirstTime(time: string): string {
  return time === NEVER ? time.slice(0, -1) : time;
}

function sameTime(time: string): string {
  return time;
}

import { type DeviceIdentity, formatIdentityEtag } from '../../domain/identities/identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import { formatTwinEtag, versionOf } from '../../domain/twins/twin.ts';
import type { ClientRecord, DeviceRecord } from '../../store/hub-state.ts';
import { formatOptionalTime, pendingMessageCountOf } from '../identities/identity-view.ts';

/** A twin read alone prints its thumbprints' names with a capital; a row of a query does not. */
export type DocumentForm = 'single' | 'row';

/** The whole twin as the service prints it, members in its order. */
export function formatTwinDocument(record: ClientRecord, form: DocumentForm): JsonObject {
  const { identity, twin, activity } = record;
  const isEmptyTags = Object.keys(twin.tags).length === 0;
  return {
    deviceId: identity.deviceId,
    ...(identity.kind === 'module' ? { moduleId: identity.moduleId } : {}),
    etag: formatTwinEtag(twin),
    deviceEtag: formatIdentityEtag(identity.etagNumber),
    ...formatStatus(record),
    connectionState: activity.connectionState,
    lastActivityTime: formatOptionalTime(activity.lastActivityUtc),
    cloudToDeviceMessageCount: pendingMessageCountOf(record),
    authenticationType: identity.authentication.type,
    x509Thumbprint: formatThumbprints(record, form),
    modelId: twin.modelId,
    version: versionOf(twin),
    ...(isEmptyTags ? {} : { tags: twin.tags }),
    properties: { desired: twin.properties.desired, reported: twin.properties.reported },
    ...(identity.kind === 'device' ? formatDeviceMembers(identity) : {}),
    ...(identity.kind === 'module' && form === 'row' ? { capabilities: { iotEdge: false } } : {}),
  };
}

export function formatThumbprints(record: ClientRecord, form: DocumentForm): JsonObject {
  const { primaryThumbprint, secondaryThumbprint } = record.identity.authentication.x509Thumbprint;
  return form === 'single'
    ? { PrimaryThumbprint: primaryThumbprint, SecondaryThumbprint: secondaryThumbprint }
    : { primaryThumbprint, secondaryThumbprint };
}

function formatStatus(record: ClientRecord): JsonObject {
  if (record.kind === 'module') return { status: 'enabled', statusUpdateTime: formatOptionalTime(undefined) };
  const { status, statusReason, statusUpdatedTime } = (record as DeviceRecord).identity;
  return {
    status,
    ...(statusReason === null ? {} : { statusReason }),
    statusUpdateTime: statusUpdatedTime,
  };
}

function formatDeviceMembers(identity: DeviceIdentity): JsonObject {
  return {
    capabilities: { iotEdge: identity.isEdge },
    ...(identity.deviceScope === null ? {} : { deviceScope: identity.deviceScope }),
    ...(identity.parentScopes.length === 0 ? {} : { parentScopes: identity.parentScopes }),
  };
}

import { type ConnectionState, formatIdentityEtag, type Identity } from '../identities/identity.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { formatOptionalTime, NEVER } from '../time.ts';
import { formatTwinEtag, type Twin, versionOf } from './twin.ts';

/** The state of a device or module that its twin document shows. Times are Unix milliseconds; undefined means never. */
export interface TwinSource {
  readonly identity: Identity;
  readonly twin: Twin;
  readonly activity: {
    readonly connectionState: ConnectionState;
    readonly lastActivityUtc: number | undefined;
  };
  /** The cloud-to-device messages of a device; a module has none. */
  readonly queue?: { readonly messages: readonly unknown[] };
}

/**
 * The form of a twin document: the answer to a request for one twin, or a row of a query.
 * They differ in the names of thumbprints and in the capabilities of modules.
 */
export type TwinForm = 'single' | 'row';

/** One member of the document. An undefined value is left out. */
interface TwinMember {
  readonly name: string;
  /** The value in a row of a query. */
  readonly read: (source: TwinSource) => JsonValue | undefined;
  /** The value in the form `single`, if it differs. */
  readonly readSingle?: (source: TwinSource) => JsonValue | undefined;
}

/** The members of a twin document in the order of IoT Hub. Both rows of queries and JSON answers use this table. */
export const TWIN_MEMBERS: readonly TwinMember[] = [
  { name: 'deviceId', read: ({ identity }) => identity.deviceId },
  { name: 'moduleId', read: ({ identity }) => (identity.kind === 'module' ? identity.moduleId : undefined) },
  { name: 'etag', read: ({ twin }) => formatTwinEtag(twin) },
  { name: 'deviceEtag', read: ({ identity }) => formatIdentityEtag(identity.etagNumber) },
  { name: 'status', read: ({ identity }) => (identity.kind === 'device' ? identity.status : 'enabled') },
  {
    name: 'statusReason',
    read: ({ identity }) => (identity.kind === 'device' ? (identity.statusReason ?? undefined) : undefined),
  },
  {
    name: 'statusUpdateTime',
    read: ({ identity }) => (identity.kind === 'device' ? identity.statusUpdatedTime : NEVER),
  },
  { name: 'connectionState', read: ({ activity }) => activity.connectionState },
  { name: 'lastActivityTime', read: ({ activity }) => formatOptionalTime(activity.lastActivityUtc) },
  { name: 'cloudToDeviceMessageCount', read: ({ queue }) => queue?.messages.length ?? 0 },
  { name: 'authenticationType', read: ({ identity }) => identity.authentication.type },
  {
    name: 'x509Thumbprint',
    read: ({ identity }) => ({ ...identity.authentication.x509Thumbprint }),
    readSingle: ({ identity }) => {
      const { primaryThumbprint, secondaryThumbprint } = identity.authentication.x509Thumbprint;
      return { PrimaryThumbprint: primaryThumbprint, SecondaryThumbprint: secondaryThumbprint };
    },
  },
  { name: 'modelId', read: ({ twin }) => twin.modelId },
  { name: 'version', read: ({ twin }) => versionOf(twin) },
  { name: 'tags', read: ({ twin }) => (hasMembers(twin.tags) ? twin.tags : undefined) },
  { name: 'properties', read: ({ twin }) => twin.properties },
  {
    name: 'capabilities',
    read: ({ identity }) => ({ iotEdge: identity.kind === 'device' && identity.isEdge }),
    readSingle: ({ identity }) => (identity.kind === 'device' ? { iotEdge: identity.isEdge } : undefined),
  },
  {
    name: 'deviceScope',
    read: ({ identity }) => (identity.kind === 'device' ? (identity.deviceScope ?? undefined) : undefined),
  },
  {
    name: 'parentScopes',
    read: ({ identity }) =>
      identity.kind === 'device' && identity.parentScopes.length > 0 ? identity.parentScopes : undefined,
  },
];

const READERS: Readonly<Record<TwinForm, readonly (readonly [string, TwinMember['read']])[]>> = {
  row: TWIN_MEMBERS.map(({ name, read }) => [name, read]),
  single: TWIN_MEMBERS.map(({ name, read, readSingle }) => [name, readSingle ?? read]),
};

/** Formats the complete twin as IoT Hub does. */
export function formatTwinDocument(source: TwinSource, form: TwinForm): JsonObject {
  const document: Record<string, JsonValue> = {};
  for (const [name, read] of READERS[form]) {
    const value = read(source);
    if (value !== undefined) document[name] = value;
  }
  return document;
}

// Unlike `Object.keys` this builds no list. A query on tags calls it for every row.
function hasMembers(object: object): boolean {
  for (const _name in object) return true;
  return false;
}

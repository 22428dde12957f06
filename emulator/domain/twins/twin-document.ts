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

type Read = (source: TwinSource) => JsonValue | undefined;

/** A member whose printed value is stored in a record. A null or absent value is omitted. */
interface StoredMember {
  readonly name: string;
  readonly of: 'identity' | 'twin' | 'activity';
  /** The name in the record, if it differs. */
  readonly as?: string;
  /** The value if the record has no such member. */
  readonly byDefault?: string;
}

/** A member with a computed value. An undefined value is omitted. */
interface ComputedMember {
  readonly name: string;
  /** The value in a row of a query. */
  readonly read: Read;
  /** The value in the form `single`, if it differs. */
  readonly readSingle?: Read;
}

/** The members of a twin document in the order of IoT Hub. Both rows of queries and JSON answers use this table. */
const MEMBERS: readonly (StoredMember | ComputedMember)[] = [
  // Computed, because a query on device ids reads it from every row, and a reader of its own is faster.
  { name: 'deviceId', read: ({ identity }) => identity.deviceId },
  { name: 'moduleId', of: 'identity' },
  { name: 'etag', read: ({ twin }) => formatTwinEtag(twin) },
  { name: 'deviceEtag', read: ({ identity }) => formatIdentityEtag(identity.etagNumber) },
  // A module has no status of its own.
  { name: 'status', of: 'identity', byDefault: 'enabled' },
  { name: 'statusReason', of: 'identity' },
  { name: 'statusUpdateTime', of: 'identity', as: 'statusUpdatedTime', byDefault: NEVER },
  { name: 'connectionState', of: 'activity' },
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
  { name: 'modelId', of: 'twin' },
  { name: 'version', read: ({ twin }) => versionOf(twin) },
  { name: 'tags', read: ({ twin }) => (hasMembers(twin.tags) ? twin.tags : undefined) },
  { name: 'properties', of: 'twin' },
  {
    name: 'capabilities',
    read: ({ identity }) => ({ iotEdge: identity.kind === 'device' && identity.isEdge }),
    readSingle: ({ identity }) => (identity.kind === 'device' ? { iotEdge: identity.isEdge } : undefined),
  },
  { name: 'deviceScope', of: 'identity' },
  {
    name: 'parentScopes',
    read: ({ identity }) =>
      identity.kind === 'device' && identity.parentScopes.length > 0 ? identity.parentScopes : undefined,
  },
];

/** Every member with the function that reads it from a row of a query. */
export const TWIN_MEMBERS: readonly (readonly [name: string, read: Read])[] = MEMBERS.map((member) => [
  member.name,
  'of' in member ? createReader(member) : member.read,
]);

/** Formats the complete twin as IoT Hub does. */
export function formatTwinDocument(source: TwinSource, form: TwinForm): JsonObject {
  const document: Record<string, JsonValue> = {};
  for (const member of MEMBERS) {
    let value: JsonValue | undefined;
    if ('of' in member) {
      const record = recordOf(source, member.of);
      value = record[member.as ?? member.name] ?? member.byDefault;
    } else value = (form === 'single' && member.readSingle ? member.readSingle : member.read)(source);
    if (value !== undefined) document[member.name] = value;
  }
  return document;
}

function createReader({ of, name, as = name, byDefault }: StoredMember): Read {
  return (source) => recordOf(source, of)[as] ?? byDefault;
}

// The types of the records have no index signature. The members that the table names are JSON values in all of them.
function recordOf(source: TwinSource, of: StoredMember['of']): JsonObject {
  return source[of] as unknown as JsonObject;
}

// Unlike `Object.keys` this builds no list. A query on tags calls it for every row.
function hasMembers(object: object): boolean {
  for (const _name in object) return true;
  return false;
}

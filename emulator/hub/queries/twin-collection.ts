import { formatIdentityEtag } from '../../domain/identities/identity.ts';
import type { JsonValue } from '../../domain/json.ts';
import { NEVER } from '../../domain/time.ts';
import { formatTwinEtag, versionOf } from '../../domain/twins/twin.ts';
import type { QueryCollection, QueryRoot, Reader } from '../../query/evaluation/collection.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import { formatOptionalTime, pendingMessageCountOf } from '../identities/identity-view.ts';
import { formatThumbprints, formatTwinDocument } from '../twins/twin-document.ts';

type Read = (record: ClientRecord) => JsonValue | undefined;

/** The members of a twin, each read without printing the others; names and values are those of the whole document. */
export const TWIN_MEMBERS: readonly (readonly [name: string, read: Read])[] = [
  ['deviceId', ({ identity }) => identity.deviceId],
  ['moduleId', ({ identity }) => (identity.kind === 'module' ? identity.moduleId : undefined)],
  ['etag', ({ twin }) => formatTwinEtag(twin)],
  ['deviceEtag', ({ identity }) => formatIdentityEtag(identity.etagNumber)],
  ['status', ({ identity }) => (identity.kind === 'device' ? identity.status : 'enabled')],
  ['statusReason', ({ identity }) => definedOf(identity.kind === 'device' ? identity.statusReason : null)],
  ['statusUpdateTime', ({ identity }) => (identity.kind === 'device' ? identity.statusUpdatedTime : NEVER)],
  ['connectionState', ({ activity }) => activity.connectionState],
  ['lastActivityTime', ({ activity }) => formatOptionalTime(activity.lastActivityUtc)],
  ['cloudToDeviceMessageCount', (record) => pendingMessageCountOf(record)],
  ['authenticationType', ({ identity }) => identity.authentication.type],
  ['x509Thumbprint', (record) => formatThumbprints(record, 'row')],
  ['modelId', ({ twin }) => twin.modelId],
  ['version', ({ twin }) => versionOf(twin)],
  ['tags', ({ twin }) => (hasMembers(twin.tags) ? twin.tags : undefined)],
  ['properties', ({ twin }) => twin.properties],
  ['capabilities', ({ identity }) => ({ iotEdge: identity.kind === 'device' && identity.isEdge })],
  ['deviceScope', ({ identity }) => definedOf(identity.kind === 'device' ? identity.deviceScope : null)],
  ['parentScopes', ({ identity }) => parentScopesOf(identity.kind === 'device' ? identity.parentScopes : [])],
];

const SECTIONS: ReadonlyMap<string, Reader<ClientRecord>> = new Map([
  ['desired', ({ twin }) => twin.properties.desired],
  ['reported', ({ twin }) => twin.properties.reported],
]);

/** Devices and modules as queries read them. */
export const TWINS: QueryCollection<ClientRecord> = {
  roots: new Map(
    TWIN_MEMBERS.map(([name, read]): [string, QueryRoot<ClientRecord>] => [
      name.toLowerCase(),
      name === 'properties' ? { name, read, members: SECTIONS } : { name, read },
    ]),
  ),
  document: (record) => formatTwinDocument(record, 'row'),
};

function definedOf(text: string | null): string | undefined {
  return text ?? undefined;
}

function parentScopesOf(scopes: readonly string[]): JsonValue | undefined {
  return scopes.length === 0 ? undefined : scopes;
}

// Unlike `Object.keys` it builds no list, and every row of a query on tags comes by here.
function hasMembers(object: object): boolean {
  for (const _name in object) return true;
  return false;
}

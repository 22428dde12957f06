import { NEVER } from '../time.ts';
import type { Authentication } from './authentication.ts';
import {
  type ClientActivity,
  type DeviceIdentity,
  formatIdentityEtag,
  type Identity,
  type ModuleIdentity,
} from './identity.ts';

/** An identity with what the hub observes of it. `pendingMessageCount` counts queued cloud-to-device messages. */
export interface IdentityView<I extends Identity = Identity> {
  readonly identity: I;
  readonly activity: ClientActivity;
  readonly pendingMessageCount: number;
}

/**
 * The form of an identity document, by the request that it answers. `created` and `updated` always have `parentScopes`;
 * `updated` answers a request that contains them. `stored` has them only if the device has a parent or is an IoT Edge
 * device. `created` prints "never" without `Z`.
 */
export type IdentityForm = 'created' | 'updated' | 'stored';

/** Formats a device identity as JSON text. */
export function formatDevice(view: IdentityView<DeviceIdentity>, form: IdentityForm): string {
  return formatMembers(`{"deviceId":"${view.identity.deviceId}"`, DEVICE_MEMBERS, view, form);
}

/** Formats a module identity as JSON text. */
export function formatModule(view: IdentityView<ModuleIdentity>, form: IdentityForm): string {
  return formatMembers(`{"moduleId":"${view.identity.moduleId}"`, MODULE_MEMBERS, view, form);
}

/**
 * The format of consecutive members as text, each with a comma before it. The text is empty if the document has none.
 */
type Members<I extends Identity> = (view: IdentityView<I>, form: IdentityForm) => string;

// Members are made as text because `JSON.stringify` takes four times as long. Members that every document has in the
// same order share a row because each row costs a call. Ids, keys, thumbprints, etags and times contain no character
// that JSON escapes. Free text can contain one.

const GENERATION: Members<Identity> = ({ identity, activity }) =>
  `,"generationId":"${identity.generationId}","etag":"${formatIdentityEtag(identity.etagNumber)}",\
"connectionState":"${activity.connectionState}"`;

const CONNECTION_TIME: Members<Identity> = ({ activity }, form) =>
  `,"connectionStateUpdatedTime":"${formatTime(activity.connectionStateUpdatedTime, form)}"`;

const ACTIVITY: Members<Identity> = ({ identity, activity, pendingMessageCount }, form) =>
  `,"lastActivityTime":"${formatTime(activity.lastActivityTime, form)}",\
"cloudToDeviceMessageCount":${pendingMessageCount},"authentication":${formatAuthentication(identity.authentication)}`;

const DEVICE_MEMBERS: readonly Members<DeviceIdentity>[] = [
  GENERATION,
  ({ identity }) => `,"status":"${identity.status}","statusReason":${formatText(identity.statusReason)}`,
  CONNECTION_TIME,
  ({ identity }, form) => `,"statusUpdatedTime":"${formatTime(identity.statusUpdatedTime, form)}"`,
  ACTIVITY,
  ({ identity }) => `,"capabilities":{"iotEdge":${identity.isEdge}}`,
  ({ identity: { deviceScope } }) =>
    deviceScope === null ? '' : `,"deviceScope":${JSON.stringify(deviceScope)}`,
  ({ identity: { isEdge, parentScopes } }, form) =>
    form === 'stored' && !isEdge && parentScopes.length === 0
      ? ''
      : `,"parentScopes":${JSON.stringify(parentScopes)}`,
];

const MODULE_MEMBERS: readonly Members<ModuleIdentity>[] = [
  ({ identity }) => `,"managedBy":${formatText(identity.managedBy)},"deviceId":"${identity.deviceId}"`,
  GENERATION,
  CONNECTION_TIME,
  ACTIVITY,
];

function formatMembers<I extends Identity>(
  start: string,
  members: readonly Members<I>[],
  view: IdentityView<I>,
  form: IdentityForm,
): string {
  let text = start;
  for (let index = 0; index < members.length; index++) text += (members[index] as Members<I>)(view, form);
  return `${text}}`;
}

// `type` is last because the .NET client derives it from the members before it.
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

function formatTime(time: string, form: IdentityForm): string {
  return form === 'created' && time === NEVER ? NEVER_CREATED : time;
}

const NEVER_CREATED = NEVER.slice(0, -1);

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import { isMet, type Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatTime } from '../../domain/time.ts';
import {
  applyReportedPatch,
  applyTwinPatch,
  applyTwinReplacement,
  formatTwinEtag,
  type TwinChange,
  type TwinPatch,
  userMembersOf,
} from '../../domain/twins/twin.ts';
import { deleteAll } from '../../domain/twins/twin-merge.ts';
import { validatePatch, validateReplacement } from '../../domain/twins/twin-validation.ts';
import type { ClientRecord } from '../../store/hub-state.ts';
import type { Twins } from '../hub.ts';
import type { HubParts, LiveClients } from '../hub-parts.ts';
import { formatTwinDocument } from './twin-document.ts';

/** Makes the service's side of twins. */
export function createTwins(parts: HubParts, live: LiveClients): Twins {
  const { state, clock, happenings } = parts;

  return {
    getTwin: (identity) => {
      const found = find(identity);
      return found.ok ? ok(formatTwinDocument(found.value, 'single')) : found;
    },
    updateTwin: (identity, patch, precondition) => {
      const found = findUnchanged(identity, precondition);
      if (!found.ok) return found;
      const valid = checkPatch(found.value, patch);
      if (!valid.ok) return valid;
      const change = applyTwinPatch(found.value.twin, patch, formatTime(clock.now()));
      return ok(keep(found.value, change, 'twinUpdated'));
    },
    replaceTwin: (identity, replacement, precondition) => {
      const found = findUnchanged(identity, precondition);
      if (!found.ok) return found;
      const valid = checkReplacement(found.value, replacement);
      if (!valid.ok) return valid;
      const change = applyTwinReplacement(found.value.twin, replacement, formatTime(clock.now()));
      return ok(keep(found.value, change, 'twinReplaced'));
    },
  };

  // A missing module's twin is DeviceNotFound too, never ModuleNotFound.
  function find(identity: ClientIdentity): Result<ClientRecord> {
    const record = state.find(identity);
    return record === undefined
      ? failed('DeviceNotFound', `Device ${identity.deviceId} not registered`)
      : ok(record);
  }

  function findUnchanged(identity: ClientIdentity, precondition: Precondition): Result<ClientRecord> {
    const found = find(identity);
    if (!found.ok || isMet(precondition, formatTwinEtag(found.value.twin))) return found;
    return failed('PreconditionFailed', `ETag mismatch for device ID '${identity.deviceId}'`);
  }

  function keep(record: ClientRecord, change: TwinChange, kind: 'twinUpdated' | 'twinReplaced'): JsonObject {
    if (change.hasChanged) {
      record.twin = change.twin;
      const { identity } = change.twin;
      if (change.notification !== undefined) live.deliverDesiredPatch(identity, change.notification);
      happenings.announce({ kind, identity, twin: change.twin, touched: change.touched });
    }
    return formatTwinDocument(record, 'single');
  }
}

/** A client's own write of its reported properties: the new `$version`, or why it is refused. */
export function updateReportedProperties(
  parts: HubParts,
  record: ClientRecord,
  patch: JsonValue,
  expectedVersion: number | undefined,
): Result<number> {
  if (!isJsonObject(patch)) return failed('ArgumentInvalid', 'Reported properties must be a JSON object.');
  const { reported } = record.twin.properties;
  if (expectedVersion !== undefined && expectedVersion !== reported.$version) {
    const text = `Reported properties are at version ${reported.$version}, not ${expectedVersion}.`;
    return failed('PreconditionFailed', text);
  }
  const valid = validatePatch('reported', userMembersOf(reported), patch);
  if (!valid.ok) return valid;
  record.twin = applyReportedPatch(record.twin, patch, formatTime(parts.clock.now()));
  const { identity } = record.twin;
  parts.happenings.announce({
    kind: 'twinUpdated',
    identity,
    twin: record.twin,
    touched: { reported: patch },
  });
  return ok(record.twin.properties.reported.$version);
}

function checkPatch(record: ClientRecord, patch: TwinPatch): Result<void> {
  const { tags, properties } = record.twin;
  const tagsPatch = patch.tags === null ? deleteAll(tags) : patch.tags;
  const validTags = tagsPatch === undefined ? ok(undefined) : validatePatch('tags', tags, tagsPatch);
  if (!validTags.ok || patch.desired === undefined || patch.desired === null) return validTags;
  return validatePatch('desired', userMembersOf(properties.desired), patch.desired);
}

function checkReplacement(record: ClientRecord, replacement: TwinPatch): Result<void> {
  const { tags, properties } = record.twin;
  const validTags = validateReplacement('tags', tags, replacement.tags ?? {});
  if (!validTags.ok) return validTags;
  return validateReplacement('desired', userMembersOf(properties.desired), replacement.desired ?? {});
}

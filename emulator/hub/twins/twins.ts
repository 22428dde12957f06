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
} from '../../domain/twins/twin.ts';
import { formatTwinDocument } from '../../domain/twins/twin-document.ts';
import { validateWrite } from '../../domain/twins/twin-validation.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';

/** The twins of devices and modules. Operations of back ends return the complete twin document. */
export class Twins {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;

  constructor(parts: HubParts, sessions: ClientSessions) {
    this.#parts = parts;
    this.#sessions = sessions;
  }

  getTwin(identity: ClientIdentity): Result<JsonObject> {
    const found = this.#find(identity);
    return found.ok ? ok(formatTwinDocument(found.value, 'single')) : found;
  }

  updateTwin(identity: ClientIdentity, patch: TwinPatch, precondition: Precondition): Result<JsonObject> {
    const found = this.#findUnchanged(identity, precondition);
    if (!found.ok) return found;
    const { twin } = found.value;
    const change = applyTwinPatch(twin, patch, formatTime(this.#parts.clock.now()));
    const valid = validateWrite('merge', twin, patch, change.twin);
    return valid.ok ? ok(this.#replace(found.value, change, 'twinUpdated')) : valid;
  }

  replaceTwin(
    identity: ClientIdentity,
    replacement: TwinPatch,
    precondition: Precondition,
  ): Result<JsonObject> {
    const found = this.#findUnchanged(identity, precondition);
    if (!found.ok) return found;
    const { twin } = found.value;
    const change = applyTwinReplacement(twin, replacement, formatTime(this.#parts.clock.now()));
    const valid = validateWrite('replace', twin, replacement, change.twin);
    return valid.ok ? ok(this.#replace(found.value, change, 'twinReplaced')) : valid;
  }

  /** Updates reported properties for their client. Returns the new `$version`. */
  updateReportedProperties(
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
    const twin = applyReportedPatch(record.twin, patch, formatTime(this.#parts.clock.now()));
    const valid = validateWrite('merge', record.twin, { reported: patch }, twin);
    if (!valid.ok) return valid;
    const { store, activities } = this.#parts;
    store.clients.replaceTwin(record, twin);
    if (activities.hasListener('twinUpdated')) {
      activities.publish({
        kind: 'twinUpdated',
        operation: 'updateReportedProperties',
        identity: twin.identity,
        twin,
        touched: { reported: patch },
      });
    }
    return ok(twin.properties.reported.$version);
  }

  // IoT Hub returns DeviceNotFound for a missing module too.
  #find(identity: ClientIdentity): Result<ClientRecord> {
    const record = this.#parts.store.clients.find(identity);
    return record === undefined
      ? failed('DeviceNotFound', `Device ${identity.deviceId} not registered`)
      : ok(record);
  }

  #findUnchanged(identity: ClientIdentity, precondition: Precondition): Result<ClientRecord> {
    const found = this.#find(identity);
    // The etag is formatted only for a comparison.
    if (!found.ok || precondition.kind !== 'etag') return found;
    if (isMet(precondition, formatTwinEtag(found.value.twin))) return found;
    return failed('PreconditionFailed', `ETag mismatch for device ID '${identity.deviceId}'`);
  }

  #replace(record: ClientRecord, change: TwinChange, kind: 'twinUpdated' | 'twinReplaced'): JsonObject {
    if (change.hasChanged) {
      const { store, activities } = this.#parts;
      const { twin, notification, touched } = change;
      const { identity } = twin;
      store.clients.replaceTwin(record, twin);
      if (notification !== undefined) {
        // Not queued: a client that is not ready reads the whole twin later.
        this.#sessions.findReady(identity, 'desiredProperties')?.connection.deliverDesiredPatch(notification);
      }
      if (activities.hasListener(kind)) {
        const operation = kind === 'twinUpdated' ? 'updateTwin' : 'replaceTwin';
        activities.publish({ kind, operation, identity, twin, touched });
      }
    }
    return formatTwinDocument(record, 'single');
  }
}

import { formatDigitalTwin } from '../../domain/digital-twins/digital-twin.ts';
import {
  applyDigitalTwinPatch,
  type DigitalTwinOperation,
} from '../../domain/digital-twins/digital-twin-patch.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Precondition } from '../../domain/precondition.ts';
import { ok, type Result } from '../../domain/result.ts';
import { formatTwinEtag } from '../../domain/twins/twin.ts';
import type { DeviceRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/identity-rules.ts';
import type { Twins } from '../twins/twins.ts';

/**
 * Digital twins: device twins in the form of IoT Plug and Play. An update changes the device twin.
 * A command is a direct method; the name for a component is `component*command`.
 * The etag is the etag of the device twin, without quotes.
 */
export class DigitalTwins {
  readonly #parts: HubParts;
  readonly #twins: Twins;

  constructor(parts: HubParts, twins: Twins) {
    this.#parts = parts;
    this.#twins = twins;
  }

  getDigitalTwin(deviceId: DeviceId): Result<{ readonly document: JsonObject; readonly etag: string }> {
    const found = this.#find(deviceId);
    if (!found.ok) return found;
    const { twin } = found.value;
    return ok({ document: formatDigitalTwin(twin), etag: formatTwinEtag(twin) });
  }

  /** Updates desired properties and returns the new etag. `parseDigitalTwinPatch` returns the operations. */
  updateDigitalTwin(
    deviceId: DeviceId,
    operations: readonly DigitalTwinOperation[],
    precondition: Precondition,
  ): Result<{ readonly etag: string }> {
    const found = this.#find(deviceId);
    if (!found.ok) return found;
    const desired = applyDigitalTwinPatch(found.value.twin, operations);
    if (!desired.ok) return desired;
    const updated = this.#twins.updateTwin({ deviceId }, { desired: desired.value }, precondition);
    return updated.ok ? ok({ etag: formatTwinEtag(found.value.twin) }) : updated;
  }

  #find(deviceId: DeviceId): Result<DeviceRecord> {
    const record = this.#parts.store.clients.devices.get(deviceId);
    return record === undefined ? failMissing(this.#parts, { deviceId }) : ok(record);
  }
}

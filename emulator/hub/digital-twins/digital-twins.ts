import { formatDigitalTwin } from '../../domain/digital-twins/digital-twin.ts';
import { applyDigitalTwinPatch } from '../../domain/digital-twins/digital-twin-patch.ts';
import type { DeviceId } from '../../domain/identities/client-identity.ts';
import { ok, type Result } from '../../domain/result.ts';
import { formatTwinEtag } from '../../domain/twins/twin.ts';
import type { DeviceRecord } from '../../store/hub-state.ts';
import type { Twins } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/missing-client.ts';
import type { DigitalTwins } from '../service-operations.ts';

/** Makes the digital twins: another view of device twins, written through them. */
export function createDigitalTwins(parts: HubParts, twins: Twins): DigitalTwins {
  return {
    getDigitalTwin: (deviceId) => {
      const found = find(deviceId);
      if (!found.ok) return found;
      const { twin } = found.value;
      return ok({ document: formatDigitalTwin(twin), etag: formatTwinEtag(twin) });
    },
    updateDigitalTwin: (deviceId, operations, precondition) => {
      const found = find(deviceId);
      if (!found.ok) return found;
      const desired = applyDigitalTwinPatch(found.value.twin, operations);
      if (!desired.ok) return desired;
      const updated = twins.updateTwin({ deviceId }, { desired: desired.value }, precondition);
      return updated.ok ? ok({ etag: formatTwinEtag(found.value.twin) }) : updated;
    },
  };

  function find(deviceId: DeviceId): Result<DeviceRecord> {
    const record = parts.state.devices.get(deviceId);
    return record === undefined ? failMissing(parts, { deviceId }) : ok(record);
  }
}

import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { DeviceIdentity } from '../../domain/identities/identity.ts';
import type { DeviceRequest } from '../../domain/identities/identity-request.ts';
import type { Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatTicks, formatTime, NEVER } from '../../domain/time.ts';
import { createTwin } from '../../domain/twins/twin.ts';
import { type TwinContent, withContent } from '../../domain/twins/twin-content.ts';
import type { DeviceRecord } from '../../store/hub-state.ts';
import type { IdentityView, Registry } from '../hub.ts';
import type { HubParts, LiveClients } from '../hub-parts.ts';
import { resolveScopes } from './edge-scopes.ts';
import type { IdentityMaker } from './identity-maker.ts';
import { checkDelete, checkEtag, checkRoom } from './identity-rules.ts';
import { viewOf } from './identity-view.ts';
import { createModuleRegistry } from './module-registry.ts';

/** Makes the device and module registry. */
export function createRegistry(parts: HubParts, live: LiveClients, maker: IdentityMaker): Registry {
  const { state, clock, happenings } = parts;
  const modules = createModuleRegistry(parts, live, maker);
  const { getModule, listModules, putModule, deleteModule } = modules;

  return {
    getModule,
    listModules,
    putModule,
    deleteModule,
    getDevice: (deviceId) => {
      const found = findDevice(deviceId);
      return found.ok ? ok(viewOf<DeviceIdentity>(found.value)) : found;
    },
    listDevices: (top) => {
      const views: IdentityView<DeviceIdentity>[] = [];
      for (const record of state.devices.values()) {
        if (views.length >= top) break;
        views.push(viewOf<DeviceIdentity>(record));
      }
      return views;
    },
    putDevice: (request, precondition, content = {}) =>
      precondition.kind === 'none' ? createDevice(request, content) : updateDevice(request, precondition),
    deleteDevice: (deviceId, precondition) => {
      const found = findDevice(deviceId);
      if (!found.ok) return found;
      const allowed = checkDelete(found.value.identity, precondition);
      if (allowed.ok) removeDevice(found.value);
      return allowed;
    },
  };

  function findDevice(deviceId: DeviceId): Result<DeviceRecord> {
    const record = state.devices.get(deviceId);
    return record === undefined ? failed('DeviceNotFound', deviceId) : ok(record);
  }

  function createDevice(request: DeviceRequest, content: TwinContent): Result<IdentityView<DeviceIdentity>> {
    const { deviceId } = request;
    if (state.devices.has(deviceId)) {
      return failed('DeviceAlreadyExists', `A device with ID '${deviceId}' is already registered.`);
    }
    const room = checkRoom(state);
    if (!room.ok) return room;
    const ticks = maker.nextTicks();
    const scopes = resolveScopes(state, request, { kind: 'create', ticks });
    if (!scopes.ok) return scopes;
    const identity: DeviceIdentity = {
      kind: 'device',
      deviceId,
      generationId: String(ticks),
      etagNumber: maker.firstEtagNumber(),
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime: NEVER,
      authentication: maker.withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    };
    const twin = withContent(createTwin({ deviceId }, formatTicks(ticks)), content);
    const record = state.addDevice(identity, twin);
    happenings.announce({ kind: 'identityCreated', identity: { deviceId }, twin: record.twin });
    if (identity.isEdge) modules.addSystemModules(record);
    return ok(viewOf<DeviceIdentity>(record));
  }

  function updateDevice(
    request: DeviceRequest,
    precondition: Precondition,
  ): Result<IdentityView<DeviceIdentity>> {
    const found = findDevice(request.deviceId);
    if (!found.ok) return found;
    const record = found.value;
    const before = record.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    const scopes = resolveScopes(state, request, { kind: 'update', before });
    if (!scopes.ok) return scopes;
    record.identity = {
      ...before,
      etagNumber: before.etagNumber + 1,
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime:
        request.status === before.status ? before.statusUpdatedTime : formatTime(clock.now()),
      authentication: maker.withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    };
    if (request.isEdge) modules.addSystemModules(record);
    else if (before.isEdge) modules.removeSystemModules(record);
    if (request.status === 'disabled') dropClients(record, 'identity-disabled');
    return ok(viewOf<DeviceIdentity>(record));
  }

  function removeDevice(record: DeviceRecord): void {
    dropClients(record, 'identity-deleted');
    state.deleteDevice(record);
    for (const { twin } of [...record.modules.values(), record]) {
      happenings.announce({ kind: 'identityDeleted', identity: twin.identity, twin });
    }
  }

  function dropClients(record: DeviceRecord, reason: 'identity-disabled' | 'identity-deleted'): void {
    for (const { twin } of [record, ...record.modules.values()]) live.drop(twin.identity, reason);
  }
}

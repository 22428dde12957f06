import type { Authentication, AuthenticationRequest } from '../domain/authentication.ts';
import type { ClientIdentity, DeviceId } from '../domain/client-identity.ts';
import {
  type DeviceIdentity,
  formatIdentityEtag,
  type Identity,
  type ModuleIdentity,
} from '../domain/identity.ts';
import type { DeviceRequest, ModuleRequest } from '../domain/identity-request.ts';
import { isMet, type Precondition } from '../domain/precondition.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { formatTicks, formatTime, NEVER, ticksOf } from '../domain/time.ts';
import { createTwin } from '../domain/twin.ts';
import type { DeviceRecord, ModuleRecord } from '../store/hub-state.ts';
import { resolveScopes } from './edge-scopes.ts';
import type { IdentityView, Registry } from './hub.ts';
import type { HubParts, LiveClients } from './hub-parts.ts';
import { viewOf } from './identity-view.ts';

const MAXIMUM_MODULES_PER_DEVICE = 50;
const MAXIMUM_IDENTITIES = 1_000_000;
const SYSTEM_MODULES = ['$edgeAgent', '$edgeHub'] as const;
const KEY_BYTES = 32;

/** Makes the device and module registry. */
export function createRegistry(parts: HubParts, live: LiveClients): Registry {
  const { state, clock, ids, happenings, options } = parts;
  const hubName = () => options.hostNames[0] ?? '';
  let lastTicks = 0n;

  return {
    getDevice: (deviceId) => mapped(findDevice(deviceId), (record) => viewOf<DeviceIdentity>(record)),
    listDevices: (top) =>
      [...state.devices.values()].slice(0, top).map((record) => viewOf<DeviceIdentity>(record)),
    putDevice: (request, precondition) => {
      const record = state.devices.get(request.deviceId);
      if (precondition.kind !== 'none') return updateDevice(record, request, precondition);
      if (record !== undefined) {
        const text = `A device with ID '${request.deviceId}' is already registered.`;
        return failed('DeviceAlreadyExists', text.replaceAll(';', ' '));
      }
      return createDevice(request);
    },
    deleteDevice: (deviceId, precondition) => {
      const found = findDevice(deviceId);
      if (!found.ok) return found;
      const allowed = checkDelete(found.value.identity, precondition);
      if (allowed.ok) removeDevice(found.value);
      return allowed;
    },
    getModule: (identity) => mapped(findModule(identity), (record) => viewOf<ModuleIdentity>(record)),
    listModules: (deviceId) =>
      mapped(findParent(deviceId), (device) =>
        [...device.modules.values()].map((record) => viewOf<ModuleIdentity>(record)),
      ),
    putModule: (request, precondition) => {
      const device = findParent(request.deviceId);
      if (!device.ok) return device;
      const record = device.value.modules.get(request.moduleId);
      if (precondition.kind !== 'none') return updateModule(record, request, precondition);
      if (record !== undefined) {
        const text = `Device ${request.deviceId} in IotHub ${hubName()} already contains Module ${request.moduleId}.`;
        return failed('ModuleAlreadyExistsOnDevice', text);
      }
      return createModule(device.value, request);
    },
    deleteModule: (identity, precondition) => {
      const found = findModule(identity);
      if (!found.ok) return found;
      const module = found.value.identity;
      if (SYSTEM_MODULES.some((name) => name === module.moduleId)) {
        return failed('SystemModuleModifyUnauthorizedAccess', `${module.moduleId} cannot be deleted.`);
      }
      const allowed = checkDelete(module, precondition);
      const device = state.devices.get(module.deviceId);
      if (allowed.ok && device !== undefined) removeModule(device, found.value);
      return allowed;
    },
  };

  function findDevice(deviceId: DeviceId): Result<DeviceRecord> {
    const record = state.devices.get(deviceId);
    return record === undefined ? failed('DeviceNotFound', deviceId.replaceAll(';', ' ')) : ok(record);
  }

  // Under a hub policy the service answers 401 for modules of a device that is missing or disabled.
  function findParent(deviceId: DeviceId): Result<DeviceRecord> {
    const record = state.devices.get(deviceId);
    if (record !== undefined && record.identity.status === 'enabled') return ok(record);
    return failed('IotHubUnauthorizedAccess', 'Unauthorized', 'device-missing-or-disabled');
  }

  function findModule(identity: ClientIdentity): Result<ModuleRecord> {
    const device = findParent(identity.deviceId);
    if (!device.ok) return device;
    const record = identity.moduleId === undefined ? undefined : device.value.modules.get(identity.moduleId);
    if (record !== undefined) return ok(record);
    const text = `Device ${identity.deviceId} Module ${identity.moduleId} at IotHub ${hubName()} not registered.`;
    return failed('ModuleNotFound', text);
  }

  function createDevice(request: DeviceRequest): Result<IdentityView<DeviceIdentity>> {
    if (state.identityCount >= MAXIMUM_IDENTITIES) {
      return failed('TooManyDevices', `A hub holds at most ${MAXIMUM_IDENTITIES} devices and modules.`);
    }
    const ticks = nextTicks();
    const scopes = resolveScopes(state, request, { kind: 'create', ticks });
    if (!scopes.ok) return scopes;
    const identity: DeviceIdentity = {
      kind: 'device',
      deviceId: request.deviceId,
      generationId: String(ticks),
      etagNumber: firstEtagNumber(),
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime: NEVER,
      authentication: withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    };
    const record = state.addDevice(identity, createTwin({ deviceId: identity.deviceId }, formatTicks(ticks)));
    happenings.announce({
      kind: 'identityCreated',
      identity: { deviceId: identity.deviceId },
      twin: record.twin,
    });
    if (identity.isEdge) addSystemModules(record);
    return ok(viewOf<DeviceIdentity>(record));
  }

  function updateDevice(
    record: DeviceRecord | undefined,
    request: DeviceRequest,
    precondition: Precondition,
  ): Result<IdentityView<DeviceIdentity>> {
    if (record === undefined) return failed('DeviceNotFound', request.deviceId.replaceAll(';', ' '));
    const before = record.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    const scopes = resolveScopes(state, request, { kind: 'update', before });
    if (!scopes.ok) return scopes;
    const hasNewStatus = request.status !== before.status;
    record.identity = {
      ...before,
      etagNumber: before.etagNumber + 1,
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime: hasNewStatus ? formatTime(clock.now()) : before.statusUpdatedTime,
      authentication: withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    };
    if (request.isEdge && !before.isEdge) addSystemModules(record);
    if (!request.isEdge && before.isEdge) removeSystemModules(record);
    if (request.status === 'disabled') dropClients(record, 'identity-disabled');
    return ok(viewOf<DeviceIdentity>(record));
  }

  function removeDevice(record: DeviceRecord): void {
    dropClients(record, 'identity-deleted');
    for (const module of record.modules.values()) announceDeleted(module);
    state.deleteDevice(record);
    announceDeleted(record);
  }

  function dropClients(record: DeviceRecord, reason: 'identity-disabled' | 'identity-deleted'): void {
    live.drop({ deviceId: record.identity.deviceId }, reason);
    for (const module of record.modules.values()) live.drop(module.twin.identity, reason);
  }

  function createModule(device: DeviceRecord, request: ModuleRequest): Result<IdentityView<ModuleIdentity>> {
    if (request.moduleId.startsWith('$')) {
      return failed(
        'ArgumentInvalid',
        `The module identifier '${request.moduleId}' is reserved.`.replaceAll(';', ' '),
      );
    }
    if (device.modules.size >= MAXIMUM_MODULES_PER_DEVICE) {
      return failed(
        'TooManyModulesOnDevice',
        `A device holds at most ${MAXIMUM_MODULES_PER_DEVICE} modules.`,
      );
    }
    if (state.identityCount >= MAXIMUM_IDENTITIES) {
      return failed('TooManyDevices', `A hub holds at most ${MAXIMUM_IDENTITIES} devices and modules.`);
    }
    const authentication = withKeys(request.authentication);
    return ok(viewOf<ModuleIdentity>(addModule(device, { ...request, authentication }, firstEtagNumber())));
  }

  function addModule(
    device: DeviceRecord,
    request: Omit<ModuleRequest, 'authentication'> & { readonly authentication: Authentication },
    etagNumber: number,
  ): ModuleRecord {
    const ticks = nextTicks();
    const identity: ModuleIdentity = { kind: 'module', ...request, generationId: String(ticks), etagNumber };
    const client = { deviceId: identity.deviceId, moduleId: identity.moduleId };
    const record = state.addModule(device, identity, createTwin(client, formatTicks(ticks)));
    happenings.announce({ kind: 'identityCreated', identity: client, twin: record.twin });
    return record;
  }

  function updateModule(
    record: ModuleRecord | undefined,
    request: ModuleRequest,
    precondition: Precondition,
  ): Result<IdentityView<ModuleIdentity>> {
    if (record === undefined) return findModule(request) as Result<never>;
    const before = record.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    record.identity = {
      ...before,
      etagNumber: before.etagNumber + 1,
      managedBy: request.managedBy,
      authentication: withKeys(request.authentication),
    };
    return ok(viewOf<ModuleIdentity>(record));
  }

  function removeModule(device: DeviceRecord, record: ModuleRecord): void {
    live.drop(record.twin.identity, 'identity-deleted');
    state.deleteModule(device, record.identity.moduleId);
    announceDeleted(record);
  }

  function addSystemModules(device: DeviceRecord): void {
    for (const name of SYSTEM_MODULES) {
      const moduleId = name as ModuleRequest['moduleId'];
      if (device.modules.has(moduleId)) continue;
      const { deviceId, etagNumber } = device.identity;
      addModule(
        device,
        { deviceId, moduleId, managedBy: 'iotEdge', authentication: NO_CREDENTIALS },
        etagNumber,
      );
    }
  }

  function removeSystemModules(device: DeviceRecord): void {
    for (const name of SYSTEM_MODULES) {
      const record = device.modules.get(name as ModuleRequest['moduleId']);
      if (record !== undefined) removeModule(device, record);
    }
  }

  function announceDeleted(record: DeviceRecord | ModuleRecord): void {
    happenings.announce({ kind: 'identityDeleted', identity: record.twin.identity, twin: record.twin });
  }

  function withKeys(request: AuthenticationRequest): Authentication {
    if (request.type !== 'sas' || request.symmetricKey.primaryKey !== null) return request;
    return { ...request, symmetricKey: { primaryKey: newKey(), secondaryKey: newKey() } };
  }

  function newKey(): string {
    return btoa(String.fromCharCode(...ids.bytes(KEY_BYTES)));
  }

  function firstEtagNumber(): number {
    return 1 + ids.number(1_000_000_000);
  }

  // A generation id is never given twice, even within one tick of the clock.
  function nextTicks(): bigint {
    const now = ticksOf(clock.now());
    lastTicks = now > lastTicks ? now : lastTicks + 1n;
    return lastTicks;
  }
}

const NO_CREDENTIALS: Authentication = {
  type: 'none',
  symmetricKey: { primaryKey: null, secondaryKey: null },
  x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
};

function checkEtag(identity: Identity, precondition: Precondition): Result<void> {
  if (isMet(precondition, formatIdentityEtag(identity.etagNumber))) return ok(undefined);
  return failed('PreconditionFailed', 'PreconditionFailed');
}

function checkDelete(identity: Identity, precondition: Precondition): Result<void> {
  if (precondition.kind === 'none') return failed('PreconditionFailed', 'Etag missing');
  return checkEtag(identity, precondition);
}

function mapped<T, U>(result: Result<T>, map: (value: T) => U): Result<U> {
  return result.ok ? ok(map(result.value)) : result;
}

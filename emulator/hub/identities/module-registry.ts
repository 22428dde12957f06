import type { Authentication } from '../../domain/identities/authentication.ts';
import type { ClientIdentity, DeviceId, ModuleId } from '../../domain/identities/client-identity.ts';
import type { ModuleIdentity } from '../../domain/identities/identity.ts';
import type { ModuleRequest } from '../../domain/identities/identity-request.ts';
import type { Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatTicks } from '../../domain/time.ts';
import { createTwin } from '../../domain/twins/twin.ts';
import { type TwinContent, withContent } from '../../domain/twins/twin-content.ts';
import type { DeviceRecord, ModuleRecord } from '../../store/hub-state.ts';
import type { IdentityView, Registry } from '../hub.ts';
import type { HubParts, LiveClients } from '../hub-parts.ts';
import type { IdentityMaker } from './identity-maker.ts';
import { checkDelete, checkEtag, checkRoom } from './identity-rules.ts';
import { viewOf } from './identity-view.ts';

const MAXIMUM_MODULES_PER_DEVICE = 50;
const SYSTEM_MODULES = ['$edgeAgent', '$edgeHub'] as readonly string[] as readonly ModuleId[];

/** The modules' part of the registry, and what the devices' part needs of it. */
export interface ModuleRegistry
  extends Pick<Registry, 'getModule' | 'listModules' | 'putModule' | 'deleteModule'> {
  /** An edge device has `$edgeAgent` and `$edgeHub` from its creation on. */
  addSystemModules(device: DeviceRecord): void;
  removeSystemModules(device: DeviceRecord): void;
}

export function createModuleRegistry(
  parts: HubParts,
  live: LiveClients,
  maker: IdentityMaker,
): ModuleRegistry {
  const { state, happenings } = parts;
  const hubName = parts.options.hostNames[0];

  return {
    getModule: (identity) => {
      const found = findModule(identity);
      return found.ok ? ok(viewOf<ModuleIdentity>(found.value)) : found;
    },
    listModules: (deviceId) => {
      const device = findParent(deviceId);
      return device.ok
        ? ok([...device.value.modules.values()].map((record) => viewOf<ModuleIdentity>(record)))
        : device;
    },
    putModule: (request, precondition, content = {}) => {
      const device = findParent(request.deviceId);
      if (!device.ok) return device;
      if (precondition.kind !== 'none') return updateModule(request, precondition);
      return createModule(device.value, request, content);
    },
    deleteModule: (identity, precondition) => {
      const found = findModule(identity);
      if (!found.ok) return found;
      const { moduleId, deviceId } = found.value.identity;
      if (SYSTEM_MODULES.includes(moduleId)) {
        return failed('SystemModuleModifyUnauthorizedAccess', `${moduleId} cannot be deleted.`);
      }
      const allowed = checkDelete(found.value.identity, precondition);
      const device = state.devices.get(deviceId);
      if (allowed.ok && device !== undefined) removeModule(device, found.value);
      return allowed;
    },
    addSystemModules: (device) => {
      const { deviceId, etagNumber } = device.identity;
      for (const moduleId of SYSTEM_MODULES) {
        const request = { deviceId, moduleId, managedBy: 'iotEdge', authentication: NO_CREDENTIALS };
        if (!device.modules.has(moduleId)) addModule(device, request, etagNumber);
      }
    },
    removeSystemModules: (device) => {
      for (const moduleId of SYSTEM_MODULES) {
        const record = device.modules.get(moduleId);
        if (record !== undefined) removeModule(device, record);
      }
    },
  };

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
    const text = `Device ${identity.deviceId} Module ${identity.moduleId} at IotHub ${hubName} not registered.`;
    return failed('ModuleNotFound', text);
  }

  function createModule(
    device: DeviceRecord,
    request: ModuleRequest,
    content: TwinContent,
  ): Result<IdentityView<ModuleIdentity>> {
    const { deviceId, moduleId } = request;
    if (device.modules.has(moduleId)) {
      const text = `Device ${deviceId} in IotHub ${hubName} already contains Module ${moduleId}.`;
      return failed('ModuleAlreadyExistsOnDevice', text);
    }
    if (moduleId.startsWith('$')) {
      return failed('ArgumentInvalid', `The module identifier '${moduleId}' is reserved.`);
    }
    if (device.modules.size >= MAXIMUM_MODULES_PER_DEVICE) {
      return failed(
        'TooManyModulesOnDevice',
        `A device holds at most ${MAXIMUM_MODULES_PER_DEVICE} modules.`,
      );
    }
    const room = checkRoom(state);
    if (!room.ok) return room;
    const authentication = maker.withKeys(request.authentication);
    const record = addModule(device, { ...request, authentication }, maker.firstEtagNumber(), content);
    return ok(viewOf<ModuleIdentity>(record));
  }

  function updateModule(
    request: ModuleRequest,
    precondition: Precondition,
  ): Result<IdentityView<ModuleIdentity>> {
    const found = findModule(request);
    if (!found.ok) return found;
    const before = found.value.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    found.value.identity = {
      ...before,
      etagNumber: before.etagNumber + 1,
      managedBy: request.managedBy,
      authentication: maker.withKeys(request.authentication),
    };
    return ok(viewOf<ModuleIdentity>(found.value));
  }

  function addModule(
    device: DeviceRecord,
    request: NewModule,
    etagNumber: number,
    content: TwinContent = {},
  ): ModuleRecord {
    const ticks = maker.nextTicks();
    const identity: ModuleIdentity = { kind: 'module', ...request, generationId: String(ticks), etagNumber };
    const client = { deviceId: identity.deviceId, moduleId: identity.moduleId };
    const twin = withContent(createTwin(client, formatTicks(ticks)), content);
    const record = state.addModule(device, identity, twin);
    happenings.announce({ kind: 'identityCreated', identity: client, twin: record.twin });
    return record;
  }

  function removeModule(device: DeviceRecord, record: ModuleRecord): void {
    const { identity } = record.twin;
    live.drop(identity, 'identity-deleted');
    state.deleteModule(device, record.identity.moduleId);
    happenings.announce({ kind: 'identityDeleted', identity, twin: record.twin });
  }
}

type NewModule = Omit<ModuleRequest, 'authentication'> & { readonly authentication: Authentication };

const NO_CREDENTIALS: Authentication = {
  type: 'none',
  symmetricKey: { primaryKey: null, secondaryKey: null },
  x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
};

import type { Authentication } from '../../domain/identities/authentication.ts';
import type { ClientIdentity, DeviceId, ModuleId } from '../../domain/identities/client-identity.ts';
import type { ModuleIdentity } from '../../domain/identities/identity.ts';
import type { IdentityView } from '../../domain/identities/identity-document.ts';
import type { ModuleRequest } from '../../domain/identities/identity-request.ts';
import type { Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatTicks } from '../../domain/time.ts';
import { createTwin } from '../../domain/twins/twin.ts';
import { applyModuleContent, type TwinContent } from '../../domain/twins/twin-content.ts';
import type { DeviceRecord, ModuleRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import type { IdentityFactory } from './identity-factory.ts';
import { checkDelete, checkEtag, checkRoom } from './identity-rules.ts';
import { viewOf } from './identity-view.ts';

const MAXIMUM_MODULES_PER_DEVICE = 50;
const SYSTEM_MODULES = ['$edgeAgent', '$edgeHub'] as readonly string[] as readonly ModuleId[];

type NewModule = Omit<ModuleRequest, 'authentication'> & { readonly authentication: Authentication };

const NO_CREDENTIALS: Authentication = {
  type: 'none',
  symmetricKey: { primaryKey: null, secondaryKey: null },
  x509Thumbprint: { primaryThumbprint: null, secondaryThumbprint: null },
};

/** Module identities. Deleting a module ends its connection. */
export class Modules {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #factory: IdentityFactory;
  readonly #hubName: string | undefined;

  constructor(parts: HubParts, sessions: ClientSessions, factory: IdentityFactory) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#factory = factory;
    this.#hubName = parts.options.hostNames[0];
  }

  getModule(identity: ClientIdentity): Result<IdentityView<ModuleIdentity>> {
    const found = this.#find(identity);
    return found.ok ? ok(viewOf<ModuleIdentity>(found.value)) : found;
  }

  listModules(deviceId: DeviceId): Result<readonly IdentityView<ModuleIdentity>[]> {
    const device = this.#findDevice(deviceId);
    if (!device.ok) return device;
    return ok([...device.value.modules.values()].map((record) => viewOf<ModuleIdentity>(record)));
  }

  /**
   * Creates or updates a module by the rules of `Devices.createOrUpdateDevice`. A module that is created in bulk has
   * content, which can be empty.
   */
  createOrUpdateModule(
    request: ModuleRequest,
    precondition: Precondition,
    content?: TwinContent,
  ): Result<IdentityView<ModuleIdentity>> {
    const device = this.#findDevice(request.deviceId);
    if (!device.ok) return device;
    return precondition.kind === 'none'
      ? this.#create(device.value, request, content)
      : this.#update(request, precondition);
  }

  deleteModule(identity: ClientIdentity, precondition: Precondition): Result<void> {
    const found = this.#find(identity);
    if (!found.ok) return found;
    const { moduleId, deviceId } = found.value.identity;
    if (SYSTEM_MODULES.includes(moduleId)) {
      return failed('SystemModuleModifyUnauthorizedAccess', `${moduleId} cannot be deleted.`);
    }
    const allowed = checkDelete(found.value.identity, precondition);
    const device = this.#parts.store.clients.devices.get(deviceId);
    if (allowed.ok && device !== undefined) this.#delete(device, found.value);
    return allowed;
  }

  /** Adds `$edgeAgent` and `$edgeHub` to an edge device if they are missing. */
  addSystemModules(device: DeviceRecord): void {
    const { deviceId, etagNumber } = device.identity;
    for (const moduleId of SYSTEM_MODULES) {
      const request = { deviceId, moduleId, managedBy: 'iotEdge', authentication: NO_CREDENTIALS };
      if (!device.modules.has(moduleId)) this.#add(device, request, etagNumber);
    }
  }

  deleteSystemModules(device: DeviceRecord): void {
    for (const moduleId of SYSTEM_MODULES) {
      const record = device.modules.get(moduleId);
      if (record !== undefined) this.#delete(device, record);
    }
  }

  // IoT Hub returns 401 for modules of a missing or disabled device.
  #findDevice(deviceId: DeviceId): Result<DeviceRecord> {
    const record = this.#parts.store.clients.devices.get(deviceId);
    if (record !== undefined && record.identity.status === 'enabled') return ok(record);
    return failed('IotHubUnauthorizedAccess', 'Unauthorized', 'device-missing-or-disabled');
  }

  #find({ deviceId, moduleId }: ClientIdentity): Result<ModuleRecord> {
    const device = this.#findDevice(deviceId);
    if (!device.ok) return device;
    const record = moduleId === undefined ? undefined : device.value.modules.get(moduleId);
    if (record !== undefined) return ok(record);
    const text = `Device ${deviceId} Module ${moduleId} at IotHub ${this.#hubName} not registered.`;
    return failed('ModuleNotFound', text);
  }

  #create(
    device: DeviceRecord,
    request: ModuleRequest,
    content: TwinContent | undefined,
  ): Result<IdentityView<ModuleIdentity>> {
    const allowed = this.#checkNew(device, request);
    if (!allowed.ok) return allowed;
    const authentication = this.#factory.withKeys(request.authentication);
    const etagNumber = this.#factory.firstEtagNumber();
    const record = this.#add(device, { ...request, authentication }, etagNumber, content);
    return ok(viewOf<ModuleIdentity>(record));
  }

  #checkNew(device: DeviceRecord, { deviceId, moduleId }: ModuleRequest): Result<void> {
    if (device.modules.has(moduleId)) {
      const text = `Device ${deviceId} in IotHub ${this.#hubName} already contains Module ${moduleId}.`;
      return failed('ModuleAlreadyExistsOnDevice', text);
    }
    if (moduleId.startsWith('$')) {
      return failed('ArgumentInvalid', `The module identifier '${moduleId}' is reserved.`);
    }
    if (device.modules.size >= MAXIMUM_MODULES_PER_DEVICE) {
      const text = `A device holds at most ${MAXIMUM_MODULES_PER_DEVICE} modules.`;
      return failed('TooManyModulesOnDevice', text);
    }
    return checkRoom(this.#parts.store.clients);
  }

  #update(request: ModuleRequest, precondition: Precondition): Result<IdentityView<ModuleIdentity>> {
    const found = this.#find(request);
    if (!found.ok) return found;
    const before = found.value.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    this.#parts.store.clients.replaceIdentity(found.value, {
      ...before,
      etagNumber: before.etagNumber + 1,
      managedBy: request.managedBy,
      authentication: this.#factory.withKeys(request.authentication),
    });
    return ok(viewOf<ModuleIdentity>(found.value));
  }

  #add(device: DeviceRecord, request: NewModule, etagNumber: number, content?: TwinContent): ModuleRecord {
    const ticks = this.#factory.nextTicks();
    const identity: ModuleIdentity = { kind: 'module', ...request, generationId: String(ticks), etagNumber };
    const client = { deviceId: identity.deviceId, moduleId: identity.moduleId };
    const time = formatTicks(ticks);
    const empty = createTwin(client, time);
    const twin = content === undefined ? empty : applyModuleContent(empty, content, time);
    const record = this.#parts.store.clients.addModule(device, identity, twin);
    this.#publish('identityCreated', record);
    return record;
  }

  #delete(device: DeviceRecord, record: ModuleRecord): void {
    this.#sessions.end(record.twin.identity, 'identity-deleted');
    this.#parts.store.clients.deleteModule(device, record.identity.moduleId);
    this.#publish('identityDeleted', record);
  }

  #publish(kind: 'identityCreated' | 'identityDeleted', { twin }: ModuleRecord): void {
    const { activities } = this.#parts;
    if (!activities.hasListener(kind)) return;
    const operation = kind === 'identityCreated' ? 'createOrUpdateModule' : 'deleteModule';
    activities.publish({ kind, operation, identity: twin.identity, twin });
  }
}

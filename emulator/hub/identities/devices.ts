import type { DeviceId } from '../../domain/identities/client-identity.ts';
import type { DeviceIdentity } from '../../domain/identities/identity.ts';
import type { IdentityView } from '../../domain/identities/identity-document.ts';
import type { DeviceRequest } from '../../domain/identities/identity-request.ts';
import type { Precondition } from '../../domain/precondition.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { formatTicks, formatTime, NEVER } from '../../domain/time.ts';
import { createTwin } from '../../domain/twins/twin.ts';
import { applyDeviceContent, type TwinContent } from '../../domain/twins/twin-content.ts';
import type { DeviceRecord } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';
import { resolveScopes } from './edge-scopes.ts';
import type { IdentityFactory } from './identity-factory.ts';
import { checkDelete, checkEtag, checkRoom } from './identity-rules.ts';
import { viewOf } from './identity-view.ts';
import type { Modules } from './modules.ts';

/** Device identities. Deleting or disabling a device ends its connection and the connections of its modules. */
export class Devices {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #modules: Modules;
  readonly #factory: IdentityFactory;

  constructor(parts: HubParts, sessions: ClientSessions, modules: Modules, factory: IdentityFactory) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#modules = modules;
    this.#factory = factory;
  }

  getDevice(deviceId: DeviceId): Result<IdentityView<DeviceIdentity>> {
    const found = this.#find(deviceId);
    return found.ok ? ok(viewOf<DeviceIdentity>(found.value)) : found;
  }

  /** Returns at most `top` devices in the order of registration. */
  listDevices(top: number): readonly IdentityView<DeviceIdentity>[] {
    const views: IdentityView<DeviceIdentity>[] = [];
    for (const record of this.#parts.store.clients.devices.values()) {
      if (views.length >= top) break;
      views.push(viewOf<DeviceIdentity>(record));
    }
    return views;
  }

  /**
   * Creates the device if there is no precondition; otherwise updates it. `content` is the content of a new twin.
   * Errors: `DeviceAlreadyExists` when it creates, `DeviceNotFound` when it updates.
   */
  createOrUpdateDevice(
    request: DeviceRequest,
    precondition: Precondition,
    content: TwinContent = {},
  ): Result<IdentityView<DeviceIdentity>> {
    return precondition.kind === 'none'
      ? this.#create(request, content)
      : this.#update(request, precondition);
  }

  deleteDevice(deviceId: DeviceId, precondition: Precondition): Result<void> {
    const found = this.#find(deviceId);
    if (!found.ok) return found;
    const allowed = checkDelete(found.value.identity, precondition);
    if (allowed.ok) this.#delete(found.value);
    return allowed;
  }

  #find(deviceId: DeviceId): Result<DeviceRecord> {
    const record = this.#parts.store.clients.devices.get(deviceId);
    return record === undefined ? failed('DeviceNotFound', deviceId) : ok(record);
  }

  #create(request: DeviceRequest, content: TwinContent): Result<IdentityView<DeviceIdentity>> {
    const { clients } = this.#parts.store;
    const { deviceId } = request;
    if (clients.devices.has(deviceId)) {
      return failed('DeviceAlreadyExists', `A device with ID '${deviceId}' is already registered.`);
    }
    const room = checkRoom(clients);
    if (!room.ok) return room;
    const ticks = this.#factory.nextTicks();
    const scopes = resolveScopes(clients, request, { kind: 'create', ticks });
    if (!scopes.ok) return scopes;
    const identity: DeviceIdentity = {
      kind: 'device',
      deviceId,
      generationId: String(ticks),
      etagNumber: this.#factory.firstEtagNumber(),
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime: NEVER,
      authentication: this.#factory.withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    };
    const twin = applyDeviceContent(createTwin({ deviceId }, formatTicks(ticks)), content);
    const record = clients.addDevice(identity, twin);
    this.#publish('identityCreated', record);
    if (identity.isEdge) this.#modules.addSystemModules(record);
    return ok(viewOf<DeviceIdentity>(record));
  }

  #update(request: DeviceRequest, precondition: Precondition): Result<IdentityView<DeviceIdentity>> {
    const { clients } = this.#parts.store;
    const found = this.#find(request.deviceId);
    if (!found.ok) return found;
    const record = found.value;
    const before = record.identity;
    const allowed = checkEtag(before, precondition);
    if (!allowed.ok) return allowed;
    const scopes = resolveScopes(clients, request, { kind: 'update', before });
    if (!scopes.ok) return scopes;
    const now = formatTime(this.#parts.clock.now());
    clients.replaceIdentity(record, {
      ...before,
      etagNumber: before.etagNumber + 1,
      status: request.status,
      statusReason: request.statusReason,
      statusUpdatedTime: request.status === before.status ? before.statusUpdatedTime : now,
      authentication: this.#factory.withKeys(request.authentication),
      isEdge: request.isEdge,
      ...scopes.value,
    });
    if (request.isEdge) this.#modules.addSystemModules(record);
    else if (before.isEdge) this.#modules.deleteSystemModules(record);
    if (request.status === 'disabled') this.#endSessions(record, 'identity-disabled');
    return ok(viewOf<DeviceIdentity>(record));
  }

  #delete(record: DeviceRecord): void {
    this.#endSessions(record, 'identity-deleted');
    this.#parts.store.clients.deleteDevice(record);
    for (const client of [...record.modules.values(), record]) this.#publish('identityDeleted', client);
  }

  #endSessions(record: DeviceRecord, reason: 'identity-disabled' | 'identity-deleted'): void {
    for (const { twin } of [record, ...record.modules.values()]) this.#sessions.end(twin.identity, reason);
  }

  #publish(kind: 'identityCreated' | 'identityDeleted', { twin }: Pick<DeviceRecord, 'twin'>): void {
    const { activities } = this.#parts;
    if (!activities.hasListener(kind)) return;
    const operation = kind === 'identityCreated' ? 'createOrUpdateDevice' : 'deleteDevice';
    activities.publish({ kind, operation, identity: twin.identity, twin });
  }
}

import { HUB_ERRORS, type HubError } from '../../domain/errors.ts';
import type { BulkItem, BulkWork } from '../../domain/identities/bulk-request.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import { NO_PRECONDITION, type Precondition } from '../../domain/precondition.ts';
import { failed, type Result } from '../../domain/result.ts';
import { type TwinContent, validateTwinContent } from '../../domain/twins/twin-content.ts';
import type { HubParts } from '../hub-parts.ts';
import type { Twins } from '../twins/twins.ts';
import type { Devices } from './devices.ts';
import type { Modules } from './modules.ts';

type Put = Extract<BulkWork, { kind: 'put' }>;

const ANY: Precondition = { kind: 'any' };

/** Registry operations in bulk. Each item uses the same code as its single operation, and fails alone. */
export class BulkRegistry {
  readonly #parts: HubParts;
  readonly #devices: Devices;
  readonly #modules: Modules;
  readonly #twins: Twins;

  constructor(parts: HubParts, devices: Devices, modules: Modules, twins: Twins) {
    this.#parts = parts;
    this.#devices = devices;
    this.#modules = modules;
    this.#twins = twins;
  }

  /** Executes the valid items and reports the others. `parseBulkRequest` returns the items. */
  updateRegistry(items: readonly BulkItem[]): {
    readonly isSuccessful: boolean;
    readonly document: JsonObject;
  } {
    const errors: JsonObject[] = [];
    const warnings: JsonObject[] = [];
    const orphans = this.#findOrphans(items);
    for (const item of items) {
      const { identity, work } = item;
      const possible = work.ok && orphans.has(item) ? failDevice(identity) : work;
      const done = possible.ok ? this.#perform(identity, possible.value, warnings) : possible;
      if (!done.ok) errors.push(formatFailure(item, done.error));
    }
    const isSuccessful = errors.length === 0;
    return { isSuccessful, document: { isSuccessful, errors, warnings } };
  }

  // A module needs a device that exists before the call. Source: Azure/azure-sdk-for-net#13241.
  #findOrphans(items: readonly BulkItem[]): ReadonlySet<BulkItem> {
    const { devices } = this.#parts.store.clients;
    const isOrphan = ({ identity }: BulkItem) =>
      identity.moduleId !== undefined && !devices.has(identity.deviceId);
    return new Set(items.filter(isOrphan));
  }

  #perform(identity: ClientIdentity, work: BulkWork, warnings: JsonObject[]): Result<unknown> {
    const { deviceId } = identity;
    // Checked here, because the single operation of a module returns 401 if the device is missing.
    const isDeviceNeeded = identity.moduleId !== undefined || work.kind !== 'put';
    if (isDeviceNeeded && !this.#parts.store.clients.devices.has(deviceId)) {
      return failDevice(identity);
    }
    switch (work.kind) {
      case 'put':
        return this.#put(identity, work, warnings);
      case 'delete':
        return identity.moduleId === undefined
          ? this.#devices.deleteDevice(deviceId, work.precondition)
          : this.#modules.deleteModule(identity, work.precondition);
      case 'updateTwin':
        return this.#twins.updateTwin(identity, work.twin, work.twinPrecondition);
    }
  }

  #put(identity: ClientIdentity, work: Put, warnings: JsonObject[]): Result<unknown> {
    const isPresent = this.#parts.store.clients.find(identity) !== undefined;
    if (isPresent ? work.updates : !work.creates) {
      const updated = this.#putIdentity(work, isPresent ? work.precondition : ANY);
      return updated.ok && hasContent(work.twin)
        ? this.#twins.updateTwin(identity, work.twin, work.twinPrecondition)
        : updated;
    }
    const valid = validateTwinContent(work.twin);
    const created = this.#putIdentity(work, NO_PRECONDITION, valid.ok ? work.twin : {});
    if (created.ok && !valid.ok) warnings.push(formatWarning(identity, valid.error));
    return created;
  }

  #putIdentity({ request }: Put, precondition: Precondition, content?: TwinContent): Result<unknown> {
    return 'moduleId' in request
      ? this.#modules.createOrUpdateModule(request, precondition, content)
      : this.#devices.createOrUpdateDevice(request, precondition, content);
  }
}

function failDevice({ deviceId }: ClientIdentity): Result<never> {
  return failed('DeviceNotFound', `Device ${deviceId} not registered`);
}

function hasContent({ tags, desired }: TwinContent): boolean {
  return tags !== undefined || desired !== undefined;
}

function formatFailure({ identity, mode }: BulkItem, { name, message }: HubError): JsonObject {
  return { ...identity, errorCode: HUB_ERRORS[name], errorStatus: message, operation: mode };
}

function formatWarning(identity: ClientIdentity, { message }: HubError): JsonObject {
  return { ...identity, warningCode: 'DeviceRegisteredWithoutTwin', warningStatus: message };
}

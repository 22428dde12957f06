import { HUB_ERRORS, type HubError } from '../../domain/errors.ts';
import type { BulkItem, BulkWork } from '../../domain/identities/bulk-request.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import { NO_PRECONDITION, type Precondition } from '../../domain/precondition.ts';
import { failed, type Result } from '../../domain/result.ts';
import { type TwinContent, validateContent } from '../../domain/twins/twin-content.ts';
import type { Registry, Twins } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import type { BulkRegistry } from '../service-operations.ts';

type Put = Extract<BulkWork, { kind: 'put' }>;

const ANY: Precondition = { kind: 'any' };

/** Makes the bulk operations: each item goes the way of its single operation, and fails alone. */
export function createBulkRegistry(
  { state }: HubParts,
  { registry, twins }: { readonly registry: Registry; readonly twins: Twins },
): BulkRegistry {
  return {
    updateDevices: (items) => {
      const errors: JsonObject[] = [];
      const warnings: JsonObject[] = [];
      for (const item of items) {
        const done = item.work.ok ? carryOut(item.identity, item.work.value, warnings) : item.work;
        if (!done.ok) errors.push(formatFailure(item, done.error));
      }
      const isSuccessful = errors.length === 0;
      return { isSuccessful, document: { isSuccessful, errors, warnings } };
    },
  };

  function carryOut(identity: ClientIdentity, work: BulkWork, warnings: JsonObject[]): Result<unknown> {
    const { deviceId } = identity;
    // Of a module's operations the registry tells no more than 401 where the device is missing.
    if (!state.devices.has(deviceId) && (identity.moduleId !== undefined || work.kind !== 'put')) {
      return failed('DeviceNotFound', `Device ${deviceId} not registered`);
    }
    switch (work.kind) {
      case 'put':
        return put(identity, work, warnings);
      case 'delete':
        return identity.moduleId === undefined
          ? registry.deleteDevice(deviceId, work.precondition)
          : registry.deleteModule(identity, work.precondition);
      case 'updateTwin':
        return twins.updateTwin(identity, work.twin, work.twinPrecondition);
    }
  }

  function put(identity: ClientIdentity, work: Put, warnings: JsonObject[]): Result<unknown> {
    const isPresent = state.find(identity) !== undefined;
    if (isPresent ? work.updates : !work.creates) {
      const updated = putIdentity(work, isPresent ? work.precondition : ANY);
      return updated.ok && hasContent(work.twin)
        ? twins.updateTwin(identity, work.twin, work.twinPrecondition)
        : updated;
    }
    const valid = validateContent(work.twin);
    const created = putIdentity(work, NO_PRECONDITION, valid.ok ? work.twin : {});
    if (created.ok && !valid.ok) warnings.push(formatWarning(identity, valid.error));
    return created;
  }

  function putIdentity({ request }: Put, precondition: Precondition, content?: TwinContent): Result<unknown> {
    return 'moduleId' in request
      ? registry.putModule(request, precondition, content)
      : registry.putDevice(request, precondition, content);
  }
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

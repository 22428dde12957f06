import { enumOf, textOf } from '../binding/typed-members.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import type { Precondition } from '../precondition.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseTwinContent, type TwinContent } from '../twins/twin-content.ts';
import { type ClientIdentity, formatClientIdentity, parseClientIdentity } from './client-identity.ts';
import {
  type DeviceRequest,
  type ModuleRequest,
  parseDeviceRequest,
  parseModuleRequest,
} from './identity-request.ts';

/** The operations on an identity in bulk, by their names in the REST API. */
export type ImportMode =
  | 'create'
  | 'createOrUpdate'
  | 'createOrUpdateIfMatchETag'
  | 'update'
  | 'updateIfMatchETag'
  | 'delete'
  | 'deleteIfMatchETag'
  | 'updateTwin'
  | 'updateTwinIfMatchETag';

/** One item of a bulk request. If `work` is invalid, only this item fails. */
export interface BulkItem {
  readonly identity: ClientIdentity;
  readonly mode: ImportMode;
  readonly work: Result<BulkWork>;
}

/**
 * The work of an item. `creates` is true if the identity may be absent.
 * `updates` is true if the identity may exist.
 */
export type BulkWork =
  | {
      readonly kind: 'put';
      readonly request: DeviceRequest | ModuleRequest;
      readonly creates: boolean;
      readonly updates: boolean;
      readonly precondition: Precondition;
      readonly twin: TwinContent;
      readonly twinPrecondition: Precondition;
    }
  | { readonly kind: 'delete'; readonly precondition: Precondition }
  | { readonly kind: 'updateTwin'; readonly twin: TwinContent; readonly twinPrecondition: Precondition };

interface ModeRule {
  readonly kind: BulkWork['kind'];
  readonly creates: boolean;
  readonly updates: boolean;
  readonly comparesEtag: boolean;
}

// In the order of their numbers in the .NET service client.
const MODES: Readonly<Record<ImportMode, ModeRule>> = {
  createOrUpdate: { kind: 'put', creates: true, updates: true, comparesEtag: false },
  create: { kind: 'put', creates: true, updates: false, comparesEtag: false },
  update: { kind: 'put', creates: false, updates: true, comparesEtag: false },
  updateIfMatchETag: { kind: 'put', creates: false, updates: true, comparesEtag: true },
  createOrUpdateIfMatchETag: { kind: 'put', creates: true, updates: true, comparesEtag: true },
  delete: { kind: 'delete', creates: false, updates: false, comparesEtag: false },
  deleteIfMatchETag: { kind: 'delete', creates: false, updates: false, comparesEtag: true },
  updateTwin: { kind: 'updateTwin', creates: false, updates: false, comparesEtag: false },
  updateTwinIfMatchETag: { kind: 'updateTwin', creates: false, updates: false, comparesEtag: true },
};
const MODE_NAMES = Object.keys(MODES) as readonly ImportMode[];
const DEFAULT_MODE: ImportMode = 'createOrUpdate';
const MAXIMUM_ITEMS = 100;

/**
 * Parses the body of POST /devices: 1 to 100 items, each for a different device or module. Items that only update twins
 * are also for different devices.
 */
export function parseBulkRequest(body: JsonValue): Result<readonly BulkItem[]> {
  if (!Array.isArray(body)) return failed('ArgumentInvalid', 'The body must be an array of devices.');
  if (body.length === 0 || body.length > MAXIMUM_ITEMS) {
    return failed('ArgumentInvalid', `A bulk request has 1 to ${MAXIMUM_ITEMS} items, not ${body.length}.`);
  }
  const items: BulkItem[] = [];
  const seen = new Set<string>();
  for (const value of body as readonly JsonValue[]) {
    const item = parseItem(value);
    if (!item.ok) return item;
    for (const key of keysOf(item.value)) {
      if (seen.has(key)) {
        const { deviceId } = item.value.identity;
        return failed('DeviceDefinedMultipleTimes', `DeviceDefinedMultipleTimes, device ID ${deviceId}`);
      }
      seen.add(key);
    }
    items.push(item.value);
  }
  return ok(items);
}

/** Returns the keys that no other item of the same request may have. */
function keysOf({ identity, mode }: BulkItem): readonly string[] {
  const client = formatClientIdentity(identity);
  // For twins, two modules of a device are duplicates too. Source: Azure/azure-iot-sdk-csharp#3481.
  return MODES[mode].kind === 'updateTwin' ? [client, `twins of ${identity.deviceId}`] : [client];
}

function parseItem(value: JsonValue): Result<BulkItem> {
  if (!isJsonObject(value)) return failed('ArgumentInvalid', 'Every item must be a JSON object.');
  const deviceId = textOf(memberInAnyCase(value, 'id'), '');
  const moduleId = textOf(memberInAnyCase(value, 'moduleId'), '');
  if (deviceId === undefined || moduleId === undefined) {
    return failed('ArgumentInvalid', 'id and moduleId must be texts.');
  }
  const identity = parseClientIdentity(deviceId, moduleId === '' ? undefined : moduleId);
  if (!identity.ok) return identity;
  const mode = parseMode(memberInAnyCase(value, 'importMode'));
  if (!mode.ok) return mode;
  return ok({
    identity: identity.value,
    mode: mode.value,
    work: parseWork(identity.value, MODES[mode.value], value),
  });
}

function parseMode(value: JsonValue | undefined): Result<ImportMode> {
  const mode = enumOf(value, DEFAULT_MODE, MODE_NAMES, 0);
  return mode === undefined ? failed('GenericBadRequest', 'BadRequest: importMode is unknown.') : ok(mode);
}

function parseWork(identity: ClientIdentity, rule: ModeRule, item: JsonObject): Result<BulkWork> {
  const { kind, creates, updates, comparesEtag } = rule;
  const etag = parseEtag(comparesEtag, 'eTag', item);
  if (!etag.ok) return etag;
  const precondition = etag.value;
  if (kind === 'delete') return ok({ kind, precondition });
  const twinEtag = parseEtag(comparesEtag, 'twinETag', item);
  if (!twinEtag.ok) return twinEtag;
  const twinPrecondition = twinEtag.value;
  const twin = parseTwinContent(item);
  if (!twin.ok) return twin;
  if (kind === 'updateTwin') return ok({ kind, twin: twin.value, twinPrecondition });
  const { deviceId, moduleId } = identity;
  const request =
    moduleId === undefined
      ? parseDeviceRequest(deviceId, item)
      : parseModuleRequest(deviceId, moduleId, item);
  if (!request.ok) return request;
  return ok({
    kind,
    request: request.value,
    creates,
    updates,
    precondition,
    twin: twin.value,
    twinPrecondition,
  });
}

// A missing etag matches any etag. The live tests of the Go client omit it in the modes that compare etags.
function parseEtag(comparesEtag: boolean, name: string, item: JsonObject): Result<Precondition> {
  const etag = textOf(memberInAnyCase(item, name), '')?.replace(/^"(.*)"$/, '$1');
  if (etag === undefined) return failed('ArgumentInvalid', `${name} must be a text.`);
  return ok(!comparesEtag || etag === '' || etag === '*' ? { kind: 'any' } : { kind: 'etag', etag });
}

import { booleanOf, enumOf, textOf } from '../binding/typed-members.ts';
import { isJsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import { type AuthenticationRequest, parseAuthentication } from './authentication.ts';
import { type DeviceId, type ModuleId, parseDeviceId, parseModuleId } from './client-identity.ts';
import type { DeviceStatus } from './identity.ts';

/** A request to create or update a device. A member that the body omits has its default value. */
export interface DeviceRequest {
  readonly deviceId: DeviceId;
  readonly status: DeviceStatus;
  readonly statusReason: string | null;
  readonly authentication: AuthenticationRequest;
  readonly isEdge: boolean;
  readonly deviceScope: string | null;
  /** Undefined if the request omits it. */
  readonly parentScopes: readonly string[] | undefined;
}

/** A request to create or update a module. */
export interface ModuleRequest {
  readonly deviceId: DeviceId;
  readonly moduleId: ModuleId;
  readonly managedBy: string | null;
  readonly authentication: AuthenticationRequest;
}

// In the order of their numbers in the .NET service client.
const STATUSES: readonly DeviceStatus[] = ['enabled', 'disabled'];
const MAXIMUM_STATUS_REASON = 128;

/** Parses the body of a device PUT. Members that only the hub writes are ignored. */
export function parseDeviceRequest(deviceId: DeviceId, body: JsonValue): Result<DeviceRequest> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A device must be a JSON object.');
  const sameId = checkId('deviceId', memberInAnyCase(body, 'deviceId'), deviceId);
  if (!sameId.ok) return sameId;
  const status = parseStatus(memberInAnyCase(body, 'status'));
  if (!status.ok) return status;
  const statusReason = parseText(
    'statusReason',
    memberInAnyCase(body, 'statusReason'),
    MAXIMUM_STATUS_REASON,
  );
  if (!statusReason.ok) return statusReason;
  const authentication = parseAuthentication(memberInAnyCase(body, 'authentication'));
  if (!authentication.ok) return authentication;
  if (authentication.value.type === 'none') {
    return failed('ArgumentInvalid', 'DeviceAuthenticationTypeIsMissing');
  }
  const isEdge = parseEdgeCapability(memberInAnyCase(body, 'capabilities'));
  if (!isEdge.ok) return isEdge;
  const deviceScope = parseText('deviceScope', memberInAnyCase(body, 'deviceScope'), 1024);
  if (!deviceScope.ok) return deviceScope;
  const parentScopes = parseScopes(memberInAnyCase(body, 'parentScopes'));
  if (!parentScopes.ok) return parentScopes;
  return ok({
    deviceId,
    status: status.value,
    statusReason: statusReason.value,
    authentication: authentication.value,
    isEdge: isEdge.value,
    deviceScope: deviceScope.value === '' ? null : deviceScope.value,
    parentScopes: parentScopes.value,
  });
}

/** Parses the body of a module PUT. As in IoT Hub, the authentication type `none` becomes `sas`. */
export function parseModuleRequest(
  deviceId: DeviceId,
  moduleId: ModuleId,
  body: JsonValue,
): Result<ModuleRequest> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A module must be a JSON object.');
  const sameDevice = checkId('deviceId', memberInAnyCase(body, 'deviceId'), deviceId);
  if (!sameDevice.ok) return sameDevice;
  const sameModule = checkId('moduleId', memberInAnyCase(body, 'moduleId'), moduleId);
  if (!sameModule.ok) return sameModule;
  const managedBy = parseText('managedBy', memberInAnyCase(body, 'managedBy'), 128);
  if (!managedBy.ok) return managedBy;
  const authentication = parseAuthentication(memberInAnyCase(body, 'authentication'));
  if (!authentication.ok) return authentication;
  const requested = authentication.value;
  return ok({
    deviceId,
    moduleId,
    managedBy: managedBy.value,
    authentication: requested.type === 'none' ? { ...requested, type: 'sas' } : requested,
  });
}

/** Parses the two ids in the path of a module. */
export function parseModulePath(deviceId: string, moduleId: string): Result<readonly [DeviceId, ModuleId]> {
  const device = parseDeviceId(deviceId);
  if (!device.ok) return device;
  const module = parseModuleId(moduleId);
  return module.ok ? ok([device.value, module.value]) : module;
}

function checkId(name: string, value: JsonValue | undefined, expected: string): Result<void> {
  if (textOf(value, expected) === expected) return ok(undefined);
  return failed('ArgumentInvalid', `The ${name} in the body differs from the one in the path.`);
}

function parseStatus(value: JsonValue | undefined): Result<DeviceStatus> {
  const status = enumOf(value, 'enabled', STATUSES, 0);
  if (status !== undefined) return ok(status);
  return failed('ArgumentInvalid', "status must be 'enabled' or 'disabled'.");
}

function parseText(name: string, value: JsonValue | undefined, maximum: number): Result<string | null> {
  const text = textOf(value, null);
  if (text !== undefined && (text === null || text.length <= maximum)) return ok(text);
  return failed('ArgumentInvalid', `${name} must be a text of at most ${maximum} characters.`);
}

function parseEdgeCapability(value: JsonValue | undefined): Result<boolean> {
  if (value === undefined || value === null) return ok(false);
  if (!isJsonObject(value)) return failed('ArgumentInvalid', 'capabilities must be an object.');
  const isEdge = booleanOf(memberInAnyCase(value, 'iotEdge'), false);
  if (isEdge !== undefined) return ok(isEdge);
  return failed('ArgumentInvalid', 'capabilities.iotEdge must be true or false.');
}

function parseScopes(value: JsonValue | undefined): Result<readonly string[] | undefined> {
  if (value === undefined || value === null) return ok(undefined);
  const scopes = Array.isArray(value)
    ? value.map((scope: JsonValue) => textOf(scope, undefined))
    : [undefined];
  if (scopes.every((scope) => scope !== undefined)) return ok(scopes);
  return failed('ArgumentInvalid', 'parentScopes must be an array of texts.');
}

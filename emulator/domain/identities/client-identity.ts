import { failed, ok, type Result } from '../result.ts';

/** A device id, as {@link parseDeviceId} returns it. It is case-sensitive and has 1 to 128 characters. */
export type DeviceId = string & { readonly brand: 'DeviceId' };
/** A module id, as {@link parseModuleId} returns it. The rules are those of a device id. */
export type ModuleId = string & { readonly brand: 'ModuleId' };

/** The identity of a client: a device, or a module of a device. */
export interface ClientIdentity {
  readonly deviceId: DeviceId;
  readonly moduleId?: ModuleId;
}

// The characters that the .NET service client allows. They include `:` and `;`.
const ID_CHARACTERS = /^[A-Za-z0-9\-:.+%_#*?!(),=@;$']{1,128}$/;

export function parseDeviceId(text: string): Result<DeviceId> {
  if (ID_CHARACTERS.test(text)) return ok(text as DeviceId);
  return failed('ArgumentInvalid', `The device identifier '${shorten(text)}' is invalid.`);
}

export function parseModuleId(text: string): Result<ModuleId> {
  if (ID_CHARACTERS.test(text)) return ok(text as ModuleId);
  return failed('ArgumentInvalid', `The module identifier '${shorten(text)}' is invalid.`);
}

export function parseClientIdentity(deviceId: string, moduleId?: string): Result<ClientIdentity> {
  const device = parseDeviceId(deviceId);
  if (!device.ok) return device;
  if (moduleId === undefined) return ok({ deviceId: device.value });
  const module = parseModuleId(moduleId);
  return module.ok ? ok({ deviceId: device.value, moduleId: module.value }) : module;
}

/** Formats an identity as `device` or `device/module`: the MQTT client id, and the key in every map of clients. */
export function formatClientIdentity(identity: {
  readonly deviceId: string;
  readonly moduleId?: string | undefined;
}): string {
  return identity.moduleId === undefined ? identity.deviceId : `${identity.deviceId}/${identity.moduleId}`;
}

function shorten(text: string): string {
  return text.length > 140 ? `${text.slice(0, 140)}…` : text;
}

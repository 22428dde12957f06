import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import { failed, type Result } from '../../domain/result.ts';
import type { HubParts } from '../hub-parts.ts';

/** `ModuleNotFound` where only the module is missing, else `DeviceNotFound`. */
export function failMissing({ state, options }: HubParts, identity: ClientIdentity): Result<never> {
  const { deviceId, moduleId } = identity;
  if (moduleId === undefined || !state.devices.has(deviceId)) {
    return failed('DeviceNotFound', `Device ${deviceId} not registered`);
  }
  const text = `Device ${deviceId} Module ${moduleId} at IotHub ${options.hostNames[0]} not registered.`;
  return failed('ModuleNotFound', text);
}

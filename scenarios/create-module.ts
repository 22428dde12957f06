// Creates a device identity and a module identity, or gets the existing ones, and shows their keys.
import iothub, { type Device, type Module, type Registry } from 'azure-iothub';
import { DEVICE_ID, MODULE_ID, runAlone, serviceConnectionString, show } from './program.ts';

/** Returns a device identity, and creates it if it does not exist. */
export async function createOrGetDevice(
  registry: Registry,
  device: { deviceId: string } & Partial<Device>,
): Promise<Device> {
  try {
    const { responseBody } = await registry.create(device);
    return responseBody;
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { responseBody } = await registry.get(device.deviceId);
    return responseBody;
  }
}

/** Returns a module identity, and creates it if it does not exist. */
export async function createOrGetModule(
  registry: Registry,
  module: { deviceId: string; moduleId: string } & Partial<Module>,
): Promise<Module> {
  try {
    const { responseBody } = await registry.addModule(module as Module);
    return responseBody;
  } catch (error) {
    if (!isConflict(error)) throw error;
    const { responseBody } = await registry.getModule(module.deviceId, module.moduleId);
    return responseBody;
  }
}

/** Returns the connection string of a module: the name of the hub, the ids of the module and its key. */
export function moduleConnectionString(connectionString: string, module: Module): string {
  const { HostName } = iothub.ConnectionString.parse(connectionString);
  const key = module.authentication?.symmetricKey?.primaryKey;
  return `HostName=${HostName};DeviceId=${module.deviceId};ModuleId=${module.moduleId};SharedAccessKey=${key}`;
}

// The hub answers 409 if the identity exists. The SDK has one error for devices and modules.
function isConflict(error: unknown): boolean {
  return error instanceof Error && error.name === 'DeviceAlreadyExistsError';
}

runAlone(import.meta.url, async () => {
  const registry = iothub.Registry.fromConnectionString(serviceConnectionString());
  const device = await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  show(`Device '${device.deviceId}'`, device.authentication?.symmetricKey);
  const module = await createOrGetModule(registry, { deviceId: DEVICE_ID, moduleId: MODULE_ID });
  show(`Module '${module.moduleId}'`, module.authentication?.symmetricKey);
});

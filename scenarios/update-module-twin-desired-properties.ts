// Reads a module twin and patches its desired properties on the condition of its etag. If another client
// has changed the twin in between, the hub refuses the patch with 412 and overwrites nothing.
import iothub, { type Registry, type Twin } from 'azure-iothub';
import { createOrGetDevice, createOrGetModule } from './create-module.ts';
import { DEVICE_ID, MODULE_ID, runAlone, serviceConnectionString, show } from './program.ts';

/** Returns the desired properties to set. The time makes the patch of each run different. */
export function desiredProperties(): object {
  return { telemetryIntervalSeconds: 30, requestedAt: new Date().toISOString() };
}

/** Patches the desired properties of a module and returns its twin before and after the patch. */
export async function updateDesiredProperties(
  registry: Registry,
  module: { deviceId: string; moduleId: string },
  desired: object,
): Promise<{ before: Twin; after: Twin }> {
  const { responseBody: before } = await registry.getModuleTwin(module.deviceId, module.moduleId);
  const patch = { properties: { desired } };
  const { responseBody: after } = await registry.updateModuleTwin(
    module.deviceId,
    module.moduleId,
    patch,
    before.etag,
  );
  return { before, after };
}

runAlone(import.meta.url, async () => {
  const registry = iothub.Registry.fromConnectionString(serviceConnectionString());
  await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  const module = await createOrGetModule(registry, { deviceId: DEVICE_ID, moduleId: MODULE_ID });
  const { before, after } = await updateDesiredProperties(registry, module, desiredProperties());
  show('The twin before', before.properties.desired);
  show('The twin after', after.properties.desired);
});

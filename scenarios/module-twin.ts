// A back end creates a module, and the module connects over MQTT. The back end patches the desired properties of its
// twin, and the module receives the patch.
import iothub from 'azure-iothub';
import { createOrGetDevice, createOrGetModule, moduleConnectionString } from './create-module.ts';
import { DEVICE_ID, MODULE_ID, runAlone, serviceConnectionString, show } from './program.ts';
import { moduleClient, receivePatch } from './receive-module-twin-desired-properties-patch.ts';
import { desiredProperties, updateDesiredProperties } from './update-module-twin-desired-properties.ts';

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);

  const device = await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  show(`Create: the keys of device '${device.deviceId}'`, device.authentication?.symmetricKey);
  const module = await createOrGetModule(registry, { deviceId: DEVICE_ID, moduleId: MODULE_ID });
  show(`Create: the keys of module '${module.moduleId}'`, module.authentication?.symmetricKey);

  const receiver = await receivePatch(moduleClient(moduleConnectionString(connectionString, module)));
  const { before, after } = await updateDesiredProperties(registry, module, desiredProperties());
  show('Update: the desired properties before', before.properties.desired);
  show('Update: the desired properties after', after.properties.desired);

  show('Receive: the patch as the module received it', await receiver.nextPatch);
  await receiver.close();
});

// The same as module-twin for a device: create it, patch the desired properties of its twin, receive the patch.
import iothub from 'azure-iothub';
import { runAlone, serviceConnectionString, show } from './program.ts';
import { deviceClient, provisionDevice } from './provision-device.ts';
import { receivePatch } from './receive-module-twin-desired-properties-patch.ts';
import { desiredProperties } from './update-module-twin-desired-properties.ts';

runAlone(import.meta.url, async () => {
  const registry = iothub.Registry.fromConnectionString(serviceConnectionString());
  const device = await provisionDevice(registry);
  show('Create: the device connects with', device.connectionString);

  const receiver = await receivePatch(deviceClient(device));
  const { responseBody: before } = await registry.getTwin(device.deviceId);
  show('Update: the desired properties before', before.properties.desired);
  const patch = { properties: { desired: desiredProperties() } };
  const { responseBody: after } = await registry.updateTwin(device.deviceId, patch, before.etag);
  show('Update: the desired properties after', after.properties.desired);

  show('Receive: the patch as the device received it', await receiver.nextPatch);
  await receiver.close();
});

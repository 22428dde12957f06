// The story of module-twin for a device: create it, patch the desired properties of its twin, receive the patch.
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub from 'azure-iothub';
import { createOrGetDevice } from './create-module.ts';
import { DEVICE_ID, runAlone, serviceConnectionString, show } from './program.ts';
import { receivePatch } from './receive-module-twin-desired-properties-patch.ts';
import { desiredProperties } from './update-module-twin-desired-properties.ts';

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  const device = await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  show(`Create: the keys of device '${device.deviceId}'`, device.authentication?.symmetricKey);

  const { HostName } = iothub.ConnectionString.parse(connectionString);
  const key = device.authentication?.symmetricKey?.primaryKey;
  const receiver = await receivePatch(
    iotDevice.Client.fromConnectionString(
      `HostName=${HostName};DeviceId=${device.deviceId};SharedAccessKey=${key}`,
      iotDeviceMqtt.Mqtt,
    ),
  );

  const { responseBody: before } = await registry.getTwin(device.deviceId);
  show('Update: the desired properties before', before.properties.desired);
  const patch = { properties: { desired: desiredProperties() } };
  const { responseBody: after } = await registry.updateTwin(device.deviceId, patch, before.etag);
  show('Update: the desired properties after', after.properties.desired);

  show('Receive: the patch as the device got it', await receiver.nextPatch);
  await receiver.close();
});

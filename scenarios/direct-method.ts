// A back end invokes a direct method and gets the device's answer, or learns that the device is not there.
import iothub from 'azure-iothub';
import { runAlone, serviceConnectionString, show } from './program.ts';
import { deviceClient, provisionDevice } from './provision-device.ts';

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const device = await provisionDevice(iothub.Registry.fromConnectionString(connectionString));
  const service = iothub.Client.fromConnectionString(connectionString);
  const call = { methodName: 'reboot', payload: { delaySeconds: 5 }, responseTimeoutInSeconds: 30 };

  try {
    await service.invokeDeviceMethod(device.deviceId, call);
  } catch (error) {
    show('While the device is offline', { error: (error as Error).message });
  }

  const client = deviceClient(device);
  await client.open();
  client.onDeviceMethod('reboot', async (request, response) => {
    show('The device was asked', { method: request.methodName, payload: request.payload });
    await response.send(200, { rebootingIn: request.payload.delaySeconds });
  });

  // With a connect timeout the hub waits until the device listens.
  const { result } = await service.invokeDeviceMethod(device.deviceId, {
    ...call,
    connectTimeoutInSeconds: 20,
  });
  show('The device answered', result);
  await client.close();
});

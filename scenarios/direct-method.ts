// A back end invokes a direct method. It receives the response of the device, or an error while the device is offline.
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
    show('The device received the call', { method: request.methodName, payload: request.payload });
    await response.send(200, { rebootingIn: request.payload.delaySeconds });
  });

  // With a connect timeout the hub waits until the device has subscribed to methods.
  const { result } = await service.invokeDeviceMethod(device.deviceId, {
    ...call,
    connectTimeoutInSeconds: 20,
  });
  show('The response of the device', result);
  await client.close();
});

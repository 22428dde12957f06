// A device sends telemetry over MQTT: single messages with system and application properties.
// A back end reads them at the hub's Event Hubs-compatible endpoint.
import iotDevice from 'azure-iot-device';
import iothub from 'azure-iothub';
import { runAlone, serviceConnectionString, show } from './program.ts';
import { deviceClient, provisionDevice } from './provision-device.ts';

runAlone(import.meta.url, async () => {
  const registry = iothub.Registry.fromConnectionString(serviceConnectionString());
  const device = await provisionDevice(registry);
  const client = deviceClient(device);
  await client.open();

  for (const temperature of [20.5, 21, 21.5]) {
    const message = new iotDevice.Message(JSON.stringify({ temperature }));
    message.messageId = `reading-${temperature}`;
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    message.properties.add('alert', String(temperature > 21));
    // Resolves when the hub has acknowledged the message.
    await client.sendEvent(message);
    show(`Sent by '${device.deviceId}' and acknowledged`, { temperature });
  }
  await client.close();

  const { responseBody: twin } = await registry.getTwin(device.deviceId);
  show(
    'The last activity time of the twin',
    (twin as unknown as { lastActivityTime: string }).lastActivityTime,
  );
});

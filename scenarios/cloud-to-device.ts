// A back end sends a message to a device. The hub keeps the message until the device has completed it.
import iothub from 'azure-iothub';
import { runAlone, serviceConnectionString, show } from './program.ts';
import { deviceClient, provisionDevice } from './provision-device.ts';

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  const device = await provisionDevice(registry);

  await sendMessage(connectionString, device.deviceId, 'Good morning');
  const { responseBody: identity } = await registry.get(device.deviceId);
  show('While the device is offline', { waiting: identity.cloudToDeviceMessageCount });

  const client = deviceClient(device);
  // Add the listener before the connection opens: waiting messages arrive immediately after it.
  const received = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('message', (message) => {
      show('The device received', { body: message.getData().toString() });
      // The hub deletes a completed message.
      client.complete(message, (error) => (error ? reject(error) : resolve()));
    });
  });
  await client.open();
  await received;
  await client.close();
});

/** Sends a message with the HTTPS API, as Azure IoT Explorer does. The service SDK sends messages over AMQP. */
async function sendMessage(connectionString: string, deviceId: string, text: string): Promise<void> {
  const { HostName, SharedAccessKeyName, SharedAccessKey } = iothub.ConnectionString.parse(connectionString);
  const expiry = Math.floor(Date.now() / 1000) + 300;
  const token = iothub.SharedAccessSignature.create(
    HostName ?? '',
    SharedAccessKeyName ?? '',
    SharedAccessKey ?? '',
    expiry,
  );
  const path = `/devices/${encodeURIComponent(deviceId)}/messages/deviceBound?api-version=2021-04-12`;
  const answer = await fetch(`https://${HostName}${path}`, {
    method: 'POST',
    headers: { Authorization: token.toString() },
    body: text,
  });
  if (!answer.ok) throw new Error(`The hub answered ${answer.status}: ${await answer.text()}`);
}

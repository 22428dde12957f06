import { pathToFileURL } from 'node:url';
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';

// The device that answers direct methods while a service SDK is tested. As a program it ends with its input.

/** Connects the device and answers the method `echo`. */
export async function startPeerDevice() {
  const client = iotDevice.Client.fromConnectionString(
    process.env.IOTHUB_DEVICE_CONNECTION_STRING,
    iotDeviceMqtt.Mqtt,
  );
  await client.open();
  client.onDeviceMethod('echo', (request, response) =>
    response.send(200, { echoed: request.payload }, () => undefined),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdin.resume().on('end', () => process.exit(0));
  await startPeerDevice();
}

import iotDevice, { type Client } from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub, { type Registry } from 'azure-iothub';
import { createOrGetDevice } from './create-module.ts';
import { DEVICE_ID, serviceConnectionString } from './program.ts';

/** A device as it needs to know itself in order to connect. */
export interface ProvisionedDevice {
  readonly deviceId: string;
  readonly connectionString: string;
}

/** Creates or fetches the scenarios' device and tells it how to connect. */
export async function provisionDevice(registry: Registry, deviceId = DEVICE_ID): Promise<ProvisionedDevice> {
  const { HostName } = iothub.ConnectionString.parse(serviceConnectionString());
  const device = await createOrGetDevice(registry, { deviceId });
  const key = device.authentication?.symmetricKey?.primaryKey;
  return { deviceId, connectionString: `HostName=${HostName};DeviceId=${deviceId};SharedAccessKey=${key}` };
}

/** A device client over MQTT. */
export function deviceClient(device: ProvisionedDevice): Client {
  return iotDevice.Client.fromConnectionString(device.connectionString, iotDeviceMqtt.Mqtt);
}

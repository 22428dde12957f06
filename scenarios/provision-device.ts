import iotDevice, { type Client } from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub, { type Registry } from 'azure-iothub';
import { createOrGetDevice } from './create-module.ts';
import { DEVICE_ID, serviceConnectionString } from './program.ts';

/** A device with the connection string that its client needs. */
export interface ProvisionedDevice {
  readonly deviceId: string;
  readonly connectionString: string;
}

/** Creates or gets the device of the scenarios and returns its connection string. */
export async function provisionDevice(registry: Registry, deviceId = DEVICE_ID): Promise<ProvisionedDevice> {
  const { HostName } = iothub.ConnectionString.parse(serviceConnectionString());
  const device = await createOrGetDevice(registry, { deviceId });
  const key = device.authentication?.symmetricKey?.primaryKey;
  return { deviceId, connectionString: `HostName=${HostName};DeviceId=${deviceId};SharedAccessKey=${key}` };
}

/** Creates a device client over MQTT. */
export function deviceClient(device: ProvisionedDevice): Client {
  return iotDevice.Client.fromConnectionString(device.connectionString, iotDeviceMqtt.Mqtt);
}

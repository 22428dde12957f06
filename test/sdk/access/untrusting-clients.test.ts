import iotCommon from 'azure-iot-common';
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import { expect, it } from 'vitest';
import { startHubWithEmulator } from '../../hub-with-emulator.ts';

it('logs one warning for a device that tries again and again and does not trust the authority', async () => {
  await using hub = await startHubWithEmulator();
  const device = await hub.provision();
  const gateway = `${device.connectionString};GatewayHostName=127.0.0.1:${hub.emulator.mqttPort}`;
  const broken = () => hub.log.filter(({ event }) => event === 'connection-broken');
  for (const attempts of [1, 2]) {
    const client = iotDevice.Client.fromConnectionString(gateway, iotDeviceMqtt.Mqtt);
    client.setRetryPolicy(new iotCommon.NoRetry());
    await expect(client.open()).rejects.toThrow('unable to verify the first certificate');
    await expect.poll(broken).toHaveLength(attempts);
  }
  expect(broken().map(({ level, fields }) => [level, fields['reason'], fields['remoteAddress']])).toEqual([
    ['warn', 'tls-perhaps-untrusted', '127.0.0.1'],
    ['debug', 'tls-perhaps-untrusted', '127.0.0.1'],
  ]);
});

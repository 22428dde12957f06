// A Plug and Play thermostat. The device announces its model and reports a property. Then it acknowledges a writable
// property and executes a command. The back end uses its digital twin.
import iotDevice, { type Client } from 'azure-iot-device';
import iothub from 'azure-iothub';
import { DEVICE_ID, runAlone, serviceConnectionString, show } from './program.ts';
import { deviceClient, provisionDevice } from './provision-device.ts';

const MODEL_ID = 'dtmi:com:example:Thermostat;1';

runAlone(import.meta.url, async () => {
  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  const device = await provisionDevice(registry, `${DEVICE_ID}-thermostat`);
  const client = deviceClient(device);
  await client.setOptions({ modelId: MODEL_ID } as never);
  await client.open();
  const acknowledged = runThermostat(client);

  const service = new iothub.DigitalTwinClient(new iothub.IoTHubTokenCredentials(connectionString));
  await service.updateDigitalTwin(device.deviceId, [{ op: 'add', path: '/targetTemperature', value: 21.5 }]);
  await acknowledged;
  const { $dtId, targetTemperature, $metadata } = (await service.getDigitalTwin(
    device.deviceId,
  )) as never as Record<string, unknown>;
  show('The digital twin', { $dtId, targetTemperature, $metadata });

  const since = new Date(0).toISOString();
  const report = await service.invokeCommand(device.deviceId, 'getMaxMinReport', since, {
    connectTimeoutInSeconds: 20,
    responseTimeoutInSeconds: 30,
  });
  const { xMsCommandStatuscode, body } = report as unknown as { xMsCommandStatuscode: number; body: unknown };
  show('The response to the command', { status: xMsCommandStatuscode, body });
  await client.close();
});

/** Runs the device. Resolves when it has acknowledged a target temperature. */
async function runThermostat(client: Client): Promise<void> {
  client.onDeviceMethod('getMaxMinReport', (request, response) =>
    response.send(200, { since: request.payload, maximum: 23, minimum: 19 }),
  );
  const telemetry = new iotDevice.Message(JSON.stringify({ temperature: 20.1 }));
  telemetry.contentType = 'application/json';
  telemetry.contentEncoding = 'utf-8';
  await client.sendEvent(telemetry);

  const twin = await client.getTwin();
  const report = (patch: object) =>
    new Promise<void>((resolve, reject) =>
      twin.properties.reported.update(patch, (error: Error | undefined) =>
        error ? reject(error) : resolve(),
      ),
    );
  await report({ maxTempSinceLastReboot: 23 });
  const wanted = new Promise<number>((resolve) => {
    twin.on('properties.desired', (desired) => {
      if (desired.targetTemperature !== undefined) resolve(desired.targetTemperature);
    });
  });
  // When the hub answers, the device is subscribed. This twin contains a temperature that was set before.
  await twin.get();
  const targetTemperature = await wanted;
  const av = twin.properties.desired.$version;
  await report({ targetTemperature: { value: targetTemperature, ac: 200, av, ad: 'done' } });
}

// The same as module-twin with an X.509 certificate instead of keys. The registry stores the thumbprint of
// the module's certificate, and the module authenticates with its private key.
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub, { type Module } from 'azure-iothub';
import { createOrGetDevice, createOrGetModule } from './create-module.ts';
import { DEVICE_ID, MODULE_ID, requireVariable, runAlone, serviceConnectionString, show } from './program.ts';
import { receivePatch } from './receive-module-twin-desired-properties-patch.ts';
import { desiredProperties, updateDesiredProperties } from './update-module-twin-desired-properties.ts';

runAlone(import.meta.url, async () => {
  const certificateFile = requireVariable(
    'IOTHUB_MODULE_CERTIFICATE',
    'the PEM file of a self-signed certificate',
  );
  const keyFile = requireVariable('IOTHUB_MODULE_KEY', 'the PEM file of its private key');
  const [cert, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  const thumbprint = new X509Certificate(cert).fingerprint.replaceAll(':', '');
  const authentication = {
    type: 'selfSigned',
    x509Thumbprint: { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint },
  } as NonNullable<Module['authentication']>;

  const connectionString = serviceConnectionString();
  const registry = iothub.Registry.fromConnectionString(connectionString);
  await createOrGetDevice(registry, { deviceId: DEVICE_ID });
  const identity = { deviceId: DEVICE_ID, moduleId: `${MODULE_ID}-x509`, authentication };
  const found = await createOrGetModule(registry, identity);
  // An earlier run may have registered another certificate.
  const { responseBody: module } = await registry.updateModule({ ...found, authentication }, true);
  show(`Create: the thumbprint of module '${module.moduleId}'`, module.authentication?.x509Thumbprint);

  const { HostName: host } = iothub.ConnectionString.parse(connectionString);
  const credentials = new iotDevice.X509AuthenticationProvider({
    host: host ?? '',
    deviceId: module.deviceId,
    moduleId: module.moduleId,
  });
  const client = iotDevice.ModuleClient.fromAuthenticationProvider(credentials, iotDeviceMqtt.Mqtt);
  await client.setOptions({ cert, key });
  const receiver = await receivePatch(client);

  const { before, after } = await updateDesiredProperties(registry, module, desiredProperties());
  show('Update: the desired properties before', before.properties.desired);
  show('Update: the desired properties after', after.properties.desired);

  show('Receive: the patch as the module received it', await receiver.nextPatch);
  await receiver.close();
});

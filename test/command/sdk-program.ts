import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Returns the text of a Node program with the SDKs, for `node -e` in any working folder. */
export function sdkProgram(body: string): string {
  const path = (name: string) => JSON.stringify(require.resolve(name));
  return `
    const { Registry } = require(${path('azure-iothub')});
    const { Client, ModuleClient } = require(${path('azure-iot-device')});
    const { Mqtt, MqttWs } = require(${path('azure-iot-device-mqtt')});
    const env = process.env;
    const registry = () => Registry.fromConnectionString(env.IOTHUB_CONNECTION_STRING);
    (async () => { ${body} })().catch((error) => {
      console.log(error.name);
      process.exitCode = 1;
    });`;
}

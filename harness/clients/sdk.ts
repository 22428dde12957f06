import { createRequire } from 'node:module';

/** The SDK packages that the harness can wire; each is an optional peer, so it is the tests' own copy. */
export interface Sdk {
  readonly 'azure-iothub': typeof import('azure-iothub');
  readonly 'azure-iot-device': typeof import('azure-iot-device');
  readonly 'azure-iot-device-mqtt': typeof import('azure-iot-device-mqtt');
  readonly 'azure-iot-device-http': typeof import('azure-iot-device-http');
}

const require = createRequire(import.meta.url);

/** Loads an SDK package when it is first needed. */
export function loadSdk<Name extends keyof Sdk>(name: Name): Sdk[Name] {
  try {
    return require(name) as Sdk[Name];
  } catch (cause) {
    throw new Error(`This needs the package ${name}: npm install --save-dev ${name}`, { cause });
  }
}

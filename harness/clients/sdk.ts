import { createRequire } from 'node:module';

/** The supported SDK packages. Each is an optional peer dependency, so that the copy of the project is used. */
export interface Sdk {
  readonly 'azure-iothub': typeof import('azure-iothub');
  readonly 'azure-iot-device': typeof import('azure-iot-device');
  readonly 'azure-iot-device-mqtt': typeof import('azure-iot-device-mqtt');
  readonly 'azure-iot-device-http': typeof import('azure-iot-device-http');
}

const require = createRequire(import.meta.url);

/** Loads an SDK package. Throws if it is not installed. */
export function loadSdk<Name extends keyof Sdk>(name: Name): Sdk[Name] {
  try {
    return require(name) as Sdk[Name];
  } catch (cause) {
    throw new Error(`The package ${name} is not installed: npm install --save-dev ${name}`, { cause });
  }
}

/// <reference lib="esnext.disposable" preserve="true" />

export type { ProvisionedDevice, ProvisionedModule } from './clients/provisioned-client.ts';
export type { HubUnderTest } from './hub-under-test.ts';
export { connectTo } from './live-hub.ts';
export { type LocalHub, type LocalHubOptions, startHub } from './local-hub.ts';
export { report, untilDesired } from './waits/device-twin.ts';

/// <reference lib="esnext.disposable" preserve="true" />
export { report, untilDesired } from './device-twin.ts';
export type { HubUnderTest } from './hub-under-test.ts';
export { connectTo } from './live-hub.ts';
export { type LocalHub, type LocalHubOptions, startHub } from './local-hub.ts';
export type { ProvisionedDevice, ProvisionedModule } from './provisioned-client.ts';

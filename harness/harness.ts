/// <reference lib="esnext.disposable" preserve="true" />

export type { Permission, Policy } from '../emulator/domain/access/policy.ts';
export type {
  CloudToDeviceOptions,
  FeedbackOptions,
} from '../emulator/domain/cloud-to-device/cloud-to-device.ts';
export type { FeedbackRecord } from '../emulator/domain/cloud-to-device/feedback.ts';
export type { DeviceId, ModuleId } from '../emulator/domain/identities/client-identity.ts';
export type { HubEventSource } from '../emulator/domain/messages/hub-event-sources.ts';
export type { DeviceEvent, FeedbackRequest } from '../emulator/domain/messages/message.ts';
export type { ClientName } from './clients/client-names.ts';
export type {
  ClientAuthentication,
  ProvisionedDevice,
  ProvisionedModule,
  SdkClientOptions,
} from './clients/provisioned-client.ts';
export type { MethodAnswer, MethodTimeouts } from './clients/service-clients.ts';
export type { ClientCertificateFiles, Transport } from './clients/wiring.ts';
export type { EventReading, EventSource } from './hub-events.ts';
export type { DescribedMessage, OutgoingMessage } from './hub-messages.ts';
export type { Channel, FeedbackReading } from './hub-observer.ts';
export type { HubUnderTest } from './hub-under-test.ts';
export { connectTo } from './live-hub.ts';
export type { LocalHub, LocalHubOptions, ManualClock } from './local-hub.ts';
export type { ProvisionRequest } from './provisioner.ts';
export type { LogLine } from './recorded-log.ts';
export { startHub } from './start-hub.ts';
export { report, untilDesired } from './waits/device-twin.ts';
export type { WaitOptions } from './waits/wait-for.ts';

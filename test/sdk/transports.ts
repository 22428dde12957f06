import type { Transport } from '../../harness/clients/wiring.ts';

const TRANSPORTS = ['mqtt', 'mqtt-ws', 'http'] as const satisfies readonly Transport[];

type Reasons = Partial<Record<Transport, string>>;

const NO_TWIN: Reasons = { http: 'the device HTTPS API of the hub has no twins' };
const NO_METHODS: Reasons = { http: 'the device HTTPS API of the hub has no direct methods' };
const NO_MODULE: Reasons = { http: 'the device HTTPS API of the hub is for devices, not for modules' };
const NO_BATCHES_ON_MQTT: Reasons = {
  mqtt: 'the SDK does not support batches over MQTT',
  'mqtt-ws': 'the SDK does not support batches over MQTT',
};
const ONLY_PUBACK: Reasons = {
  mqtt: 'MQTT can only acknowledge, which completes a message',
  'mqtt-ws': 'MQTT can only acknowledge, which completes a message',
};

/** The transports that lack a capability, with the reason. All other transports have it. */
export const LIMITATIONS = {
  connect: { http: 'HTTP has no connection: every request is independent' },
  sendTelemetry: {},
  sendTelemetryInBatches: NO_BATCHES_ON_MQTT,
  receiveMessages: {},
  abandonAndRejectMessages: ONLY_PUBACK,
  abandonAndRejectInputMessages: { ...ONLY_PUBACK, ...NO_MODULE },
  useTwins: NO_TWIN,
  answerMethods: NO_METHODS,
  sendModuleTelemetry: NO_MODULE,
  sendModuleTelemetryInBatches: { ...NO_BATCHES_ON_MQTT, ...NO_MODULE },
  sendToOutputs: NO_MODULE,
  sendToOutputsInBatches: { ...NO_BATCHES_ON_MQTT, ...NO_MODULE },
  receiveAtInputs: NO_MODULE,
  invokeMethodsOfOthers: {},
} satisfies Readonly<Record<string, Reasons>>;

export type Capability = keyof typeof LIMITATIONS;

/** Returns the transports that have a capability. A test suite runs over all of them. */
export function transportsThat(capability: Capability): readonly Transport[] {
  const reasons: Reasons = LIMITATIONS[capability];
  return TRANSPORTS.filter((transport) => reasons[transport] === undefined);
}

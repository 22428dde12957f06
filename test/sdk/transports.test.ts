import iotDevice, { type Client, type ModuleClient } from 'azure-iot-device';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Transport } from '../../harness/clients/wiring.ts';
import { type LocalHub, startHub } from '../../harness/harness.ts';
import { errorOf } from './failures.ts';
import { type Capability, LIMITATIONS } from './transports.ts';

let hub: LocalHub;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

const message = new iotDevice.Message('x');
message.lockToken = 'any';
const device = async (transport: Transport) => (await hub.provision()).connect(transport);
const module = async (transport: Transport) => (await hub.provision({ moduleId: true })).connect(transport);
const settle = async (client: Client | ModuleClient) => {
  // Over HTTP the SDK can settle a message only after it has sent an event.
  await client.sendEvent(message).catch(() => undefined);
  return client.abandon(message).catch(() => client.reject(message));
};

/** The calls that need each capability. */
const ATTEMPTS: Readonly<Record<Capability, (transport: Transport) => Promise<unknown>>> = {
  connect: async (transport) => {
    const name = await hub.provision();
    await (await name.connect(transport)).sendEvent(message);
    const { responseBody } = await hub.registry().get(name.deviceId);
    // The SDK opens a client over HTTP without a connection and without an error.
    if (responseBody.connectionState?.toLowerCase() !== 'connected') throw new NoConnectionError();
  },
  sendTelemetry: async (transport) => (await device(transport)).sendEvent(message),
  sendTelemetryInBatches: async (transport) => (await device(transport)).sendEventBatch([message]),
  receiveMessages: async (transport) => (await device(transport)).on('message', () => undefined),
  abandonAndRejectMessages: async (transport) => settle(await device(transport)),
  abandonAndRejectInputMessages: async (transport) => settle(await module(transport)),
  useTwins: async (transport) => (await device(transport)).getTwin(),
  answerMethods: async (transport) => (await device(transport)).onDeviceMethod('a', () => undefined),
  sendModuleTelemetry: async (transport) => (await module(transport)).sendEvent(message),
  sendModuleTelemetryInBatches: async (transport) => (await module(transport)).sendEventBatch([message]),
  sendToOutputs: async (transport) => (await module(transport)).sendOutputEvent('out', message),
  sendToOutputsInBatches: async (transport) =>
    (await module(transport)).sendOutputEventBatch('out', [message]),
  receiveAtInputs: async (transport) => (await module(transport)).on('inputMessage', () => undefined),
  invokeMethodsOfOthers: async (transport) => (await module(transport)).invokeMethod('a', {} as never),
};

class NoConnectionError extends Error {
  override readonly name = 'NoConnectionError';
}

const LIMITATION_ROWS = Object.entries(LIMITATIONS).flatMap(([capability, reasons]) =>
  Object.entries(reasons).map(([transport, reason]) => [capability, transport, reason] as const),
) as readonly (readonly [Capability, Transport, string])[];

it.each(LIMITATION_ROWS)('rejects %s over %s, because %s', async (capability, transport) => {
  const error = await errorOf(ATTEMPTS[capability](transport));
  const bySdk = ['NotImplementedError', 'NoConnectionError'];
  // If the SDK sends the request, the hub refuses it: the key of a module gives no access to the paths of its device.
  const byHub = ['UnauthorizedError', 'Error'];
  expect([...bySdk, ...byHub]).toContain(error.name);
  if (error.name === 'Error') expect(error.message).toBe('Unauthorized');
});

import { once } from 'node:events';
import type { Twin } from 'azure-iot-device';
import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, report, startHub } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';

let hub: LocalHub;
let registry: iothub.Registry;
let deviceId: string;
let twin: Twin;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
  const device = await hub.provision();
  deviceId = device.deviceId;
  twin = await (await device.connect()).getTwin();
});
afterAll(() => hub[Symbol.asyncDispose]());

const read = async () => (await registry.getTwin(deviceId)).responseBody;

describe('number in a twin', () => {
  // The SDK writes the first three with an exponent.
  it.each([6.02214076e23, -1e21, 1.5e300, 1e-7, 0.1, 2 ** 52 - 1, -(2 ** 52 - 1)])(
    'is accepted in tags, desired and reported properties: %d',
    async (value) => {
      const patch = { tags: { value, list: [value] }, properties: { desired: { value, nested: { value } } } };
      const notified = once(twin, 'properties.desired');
      await registry.updateTwin(deviceId, patch, '*');
      expect((await notified)[0]).toMatchObject({ value, nested: { value } });
      await report(twin, { value, list: [value] });
      expect(await read()).toMatchObject({
        tags: { value, list: [value] },
        properties: { desired: { value, nested: { value } }, reported: { value, list: [value] } },
      });
    },
  );

  it.each([2 ** 52, -(2 ** 52), 1e20])('is refused if it is an integer out of range: %d', async (value) => {
    for (const patch of [{ tags: { value } }, { properties: { desired: { value } } }]) {
      const failure = await failureOf(registry.updateTwin(deviceId, patch, '*'));
      expect(failure.code).toBe('ArgumentInvalid');
    }
    await expect(report(twin, { value })).rejects.toThrow();
  });
});

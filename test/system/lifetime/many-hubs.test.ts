import { expect, it } from 'vitest';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import type { RawClient } from '../../mqtt/raw-client.ts';
import { connectRawClient } from '../raw-device.ts';

const COUNT = 100;
const MODULE = { deviceId: 'same', moduleId: 'module' };

/** One of many hubs, with a module that is subscribed to desired patches. */
interface HubWithClient {
  readonly hub: HubWithEmulator;
  readonly client: RawClient;
}

async function prepareHub(hub: HubWithEmulator, index: number): Promise<HubWithClient> {
  await hub.registry().create({ deviceId: `only-${index}` });
  await hub.provision(MODULE);
  const client = await connectRawClient(hub.emulator, 'same/module');
  await client.subscribe(['$iothub/twin/PATCH/properties/desired/#', 0]);
  return { hub, client };
}

async function startHubs() {
  const hubs = await Promise.all(Array.from({ length: COUNT }, () => startHubWithEmulator()));
  return {
    hubs,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(hubs.map((hub) => hub[Symbol.asyncDispose]()));
    },
  };
}

it('runs a hundred hubs in one process and keeps their clients with equal ids separate', async () => {
  await using started = await startHubs();
  const { hubs } = started;
  const prepared = await Promise.all(hubs.map(prepareHub));
  await Promise.all(
    hubs.map((hub, index) =>
      hub.registry().updateModuleTwin('same', 'module', { properties: { desired: { index } } }, '*'),
    ),
  );
  for (const [index, { hub, client }] of prepared.entries()) {
    const { topic, payload } = await client.next('publish');
    expect([topic, JSON.parse(String(payload))]).toEqual([
      '$iothub/twin/PATCH/properties/desired/?$version=2',
      { index, $version: 2 },
    ]);
    const { responseBody: devices } = await hub.registry().list();
    expect(devices.map(({ deviceId }) => deviceId)).toEqual([`only-${index}`, 'same']);
  }
  // No client received another message, and no session replaced another.
  await Promise.all(prepared.map(({ client }) => client.settle()));
  for (const { hub, client } of prepared) {
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack', 'suback', 'publish']);
    expect(hub.log.filter(({ event }) => event.startsWith('client-'))).toHaveLength(1);
  }
}, 60_000);

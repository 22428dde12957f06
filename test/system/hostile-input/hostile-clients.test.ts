import { expect, it } from 'vitest';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { attackHttps, attackMqtt, attackWebSocket, type Tally } from './attack.ts';
import { createHostilePackets } from './hostile-packets.ts';
import { createHostileRequests, TARGETS } from './hostile-requests.ts';
import { createRandom } from './random.ts';
import { startWellBehavedClient, type WellBehavedClient } from './well-behaved-client.ts';

// Another seed makes other requests.
const SEED = Number(process.env['IOTHUB_TEST_SEED'] ?? 20_260_801);
const ATTACKERS = 4;
const COUNTS = { https: 6600, mqtt: 2400, webSocket: 1000 };

it('withstands 10,000 random requests, packets and frames without failures, errors of other clients or lost messages', async () => {
  await using hub = await startHubWithEmulator();
  for (const deviceId of TARGETS.devices) await hub.provision({ deviceId, moduleId: 'm1' });
  const clients = [await startWellBehavedClient(hub, 'mqtt'), await startWellBehavedClient(hub, 'mqtt-ws')];
  const tally = await attack(hub);
  for (const client of clients) await expectUnharmed(hub, client);
  expect(hub.log.filter(({ level }) => level === 'error')).toEqual([]);
  // Some attacks passed authentication.
  expect([...tally.keys()]).toEqual(expect.arrayContaining(['HTTP 200', 'MQTT CONNACK 0', 'WebSocket 101']));
}, 60_000);

async function attack(hub: HubWithEmulator): Promise<Tally> {
  const { emulator, hostName } = hub;
  const packets = createHostilePackets(hostName);
  const requests = createHostileRequests(hostName);
  const tally: Tally = new Map();
  const attacks = Array.from({ length: ATTACKERS }, (_, index) => {
    const attackOf = (kind: keyof typeof COUNTS, salt: number) => ({
      emulator,
      tally,
      random: createRandom(SEED + 10 * index + salt),
      count: COUNTS[kind] / ATTACKERS,
    });
    return [
      attackHttps(attackOf('https', 1), requests),
      attackMqtt(attackOf('mqtt', 2), packets),
      attackWebSocket(attackOf('webSocket', 3), packets, hostName),
    ];
  });
  await Promise.all(attacks.flat()).catch((error: Error) => {
    throw new Error(`IOTHUB_TEST_SEED=${SEED}: ${error.message}`);
  });
  return tally;
}

async function expectUnharmed(hub: HubWithEmulator, client: WellBehavedClient): Promise<void> {
  const { device, acknowledged, rounds } = await client.finish();
  expect(rounds).toBeGreaterThan(1);
  const missing = new Set(acknowledged);
  const telemetry = hub.telemetry({ ...device, from: 'earliest', signal: AbortSignal.timeout(5000) });
  for await (const { body } of telemetry) {
    missing.delete(Buffer.from(body).toString());
    if (missing.size === 0) break;
  }
  expect([...missing]).toEqual([]);
}

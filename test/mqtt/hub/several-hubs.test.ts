import { duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import { createManualClock } from '../../../emulator/clocks/manual-clock.ts';
import { createRandomIds } from '../../../emulator/clocks/random-ids.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../../../emulator/emulator-options.ts';
import type { Hub } from '../../../emulator/hub/hub.ts';
import { createHub } from '../../../emulator/hub/hub.ts';
import { createHubOf } from '../../../emulator/hub/hub-of.ts';
import { MQTT_EVENT_FORMATS } from '../../../emulator/mqtt/hub/events/telemetry.ts';
import { createMqttDoor, type MqttDoor } from '../../../emulator/mqtt/hub/mqtt-door.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { register } from '../mqtt-hub.ts';
import { type RawClient, rawClientOn } from '../raw-client.ts';

const METHODS = '$iothub/methods/POST/#';

const clock = createManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));

function createNamedHub(hostName: string): Hub {
  const options = { ...DEFAULT_HUB_OPTIONS, hostNames: [hostName] };
  const ports = { clock, ids: createRandomIds(), log: () => undefined };
  const created = createHub(options, ports, [MQTT_EVENT_FORMATS]);
  if (!created.ok) throw new Error(created.error.message);
  return created.value;
}

/** `spelling` is the host name as the client writes it in its user name. */
async function connect(
  door: MqttDoor,
  hostName: string,
  spelling = hostName,
  localAddress?: string,
): Promise<RawClient> {
  const [clientSide, hubSide] = duplexPair();
  door.accept(hubSide, { certificates: () => [], transport: 'mqtt', localAddress });
  const client = rawClientOn(clientSide);
  const password = formatSasToken({
    resource: `${hostName}/devices/d`,
    key: DEFAULT_KEY,
    expirySeconds: clock.now() / 1000 + 3600,
    policyName: 'device',
  });
  client.connect('d', { username: `${spelling}/d/?api-version=2021-04-12`, password, clean: false });
  const { returnCode, sessionPresent } = await client.next('connack');
  expect(returnCode).toBe(0);
  client.sessionPresent = sessionPresent;
  return client;
}

it('a door chooses the hub by the host name in the user name and separates clients with equal ids', async () => {
  const [a, b] = [createNamedHub('a.test'), createNamedHub('b.test')];
  const hubs = new Map([
    ['a.test', a],
    ['b.test', b],
  ]);
  for (const hub of hubs.values()) register(hub, 'd');
  const door = await createMqttDoor({ hubOf: createHubOf([a, b]), clock, log: () => undefined });
  const first = await connect(door, 'a.test');
  await first.subscribe([METHODS, 0]);
  const second = await connect(door, 'b.test', 'B.Test:8883');
  expect(second.sessionPresent).toBe(false);
  first.publish('devices/d/messages/events/', 'to a');
  second.publish('devices/d/messages/events/', 'to b');
  await first.settle();
  await second.settle();
  for (const [name, hub] of hubs) {
    const signal = AbortSignal.timeout(5000);
    const { value } = await hub.events.read({ from: 'earliest', signal })[Symbol.asyncIterator]().next();
    expect(String(Buffer.from(value.body))).toBe(`to ${name.slice(0, 1)}`);
  }
  const subscriptions = [...hubs.values()].map((hub) => hub.subscriptions.find(register(hub, 'd')));
  expect(subscriptions).toEqual([[{ filter: METHODS, qualityOfService: 0 }], []]);
  for (const hub of hubs.values()) hub.close();
  await door[Symbol.asyncDispose]();
});

it('a door knows the address to which a client connected as a name of the first hub, also in the token', async () => {
  const hub = createNamedHub('a.test');
  register(hub, 'd');
  const door = await createMqttDoor({ hubOf: createHubOf([hub]), clock, log: () => undefined });
  await connect(door, '10.0.0.2', '10.0.0.2:8883', '::ffff:10.0.0.2');
  await expect(connect(door, '10.0.0.3', '10.0.0.3:8883', '10.0.0.2')).rejects.toThrow('5');
  hub.close();
  await door[Symbol.asyncDispose]();
});

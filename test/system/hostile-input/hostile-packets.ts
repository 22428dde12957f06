import { generate, type IConnectPacket, type Packet } from 'mqtt-packet';
import { DEFAULT_KEY } from '../../../emulator/emulator-options.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { TARGETS } from './hostile-requests.ts';
import { mutateBytes } from './mutations.ts';
import type { Random } from './random.ts';

/** Creates the packets of one MQTT connection. */
export type HostilePackets = (random: Random) => readonly Buffer[];

const MAXIMUM_PACKETS = 12;
const VALUES = [
  '1',
  '%',
  '%ff',
  '',
  '$.mid=1&a=%',
  'é',
  '+',
  '\0',
  'x'.repeat(3000),
  '1&$version=1',
  '&&=',
  '999999999999',
];

// Topics that are almost valid, and one that is valid.
const NEAR_MISSES = [
  'OWN/messages/events',
  'OWN/messages/events',
  'OWN/messages/eventsx',
  'OWN/messages/event',
  'OWN/messages/events/#',
  'OWN',
  'devices/other/messages/events/',
  '$iothub/twin/GET/',
  '$iothub/twin/GET/?rid=1',
  '$iothub/methods/res//?$rid=1',
  '$iothub/methods/POST/a/?$rid=1',
];

/** Creates packets of the target clients: usually an accepted CONNECT, then packets that are valid or almost valid. */
export function createHostilePackets(hostName: string): HostilePackets {
  const expirySeconds = Math.floor(Date.now() / 1000) + 3600;
  const password = Buffer.from(
    formatSasToken({ resource: hostName, key: DEFAULT_KEY, expirySeconds, policyName: 'device' }),
  );
  return (random) => {
    const ids = {
      deviceId: random.pick(TARGETS.devices),
      moduleId: random.oneIn(3) ? random.pick(TARGETS.modules) : undefined,
    };
    const packets = random.oneIn(15) ? [] : [connectPacket(random, ids, hostName, password)];
    for (let count = random.below(MAXIMUM_PACKETS); count > 0; count--)
      packets.push(clientPacket(random, ids));
    return packets;
  };
}

interface Ids {
  readonly deviceId: string;
  readonly moduleId: string | undefined;
}

function connectPacket(
  random: Random,
  { deviceId, moduleId }: Ids,
  hostName: string,
  password: Buffer,
): Buffer {
  const clientId = moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
  const will = {
    topic: `${ownPath({ deviceId, moduleId })}/messages/events/a=${random.pick(VALUES)}`,
    payload: random.bytes(20),
  };
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: random.oneIn(2),
    keepalive: random.pick([0, 1, 60, 65_535]),
    clientId,
    username: `${hostName}/${clientId}/?api-version=2021-04-12${random.oneIn(4) ? `&model-id=${random.pick(VALUES)}` : ''}`,
    password: random.oneIn(15) ? random.bytes(200) : password,
    ...(random.oneIn(3) ? { will: { qos: 1, retain: random.oneIn(2), ...will } } : {}),
  };
  return changeAtTimes(random, 10, generate(packet));
}

function clientPacket(random: Random, ids: Ids): Buffer {
  if (random.oneIn(20)) return random.bytes(60);
  const bytes = generate(validPacket(random, ids));
  // Only the header changes, so the length is correct and the next packet is found.
  if (random.oneIn(15)) bytes[0] = random.below(256);
  return changeAtTimes(random, 12, bytes);
}

function changeAtTimes(random: Random, count: number, bytes: Buffer): Buffer {
  return random.oneIn(count) ? mutateBytes(random, bytes) : bytes;
}

function validPacket(random: Random, ids: Ids): Packet {
  const messageId = 1 + random.below(65_535);
  switch (random.below(8)) {
    case 0:
      return {
        cmd: 'subscribe',
        messageId,
        subscriptions: filters(random, ids).map((topic) => ({ topic, qos: random.pick([0, 1, 2]) })),
      };
    case 1:
      return { cmd: 'unsubscribe', messageId, unsubscriptions: filters(random, ids) };
    case 2:
      return { cmd: 'puback', messageId: 1 + random.below(3) };
    case 3:
      return { cmd: 'pingreq' };
    case 4:
      return random.oneIn(4) ? { cmd: 'disconnect' } : { cmd: 'pingreq' };
    default:
      return {
        cmd: 'publish',
        topic: topic(random, ids),
        payload: random.oneIn(20) ? Buffer.alloc(random.pick([262_144, 262_145, 300_000])) : payload(random),
        qos: random.pick([0, 1, 1, 1, 1, 1, 1, 2]),
        messageId,
        retain: random.oneIn(8),
        dup: false,
      };
  }
}

function ownPath({ deviceId, moduleId }: Ids): string {
  return moduleId === undefined ? `devices/${deviceId}` : `devices/${deviceId}/modules/${moduleId}`;
}

function topic(random: Random, ids: Ids): string {
  const value = random.pick(VALUES);
  return random.pick([
    `${ownPath(ids)}/messages/events/`,
    `${ownPath(ids)}/messages/events/a=${value}&$.mid=${value}`,
    `$iothub/twin/GET/?$rid=${value}`,
    `$iothub/twin/PATCH/properties/reported/?$rid=${value}`,
    `$iothub/twin/PATCH/properties/reported/?$rid=1&$version=${value}`,
    `$iothub/methods/res/${random.pick(['200', '-1', '1e9', value])}/?$rid=${random.pick(['1', value])}`,
    random.pick(NEAR_MISSES).replace('OWN', () => ownPath(ids)),
  ]);
}

function payload(random: Random): Buffer | string {
  const text = random.pick([
    '',
    '{}',
    '{"a":1,"b":{"c":null}}',
    '{"a":"\\ud800"}',
    '[1]',
    '{"__proto__":{"x":1}}',
    '{"a":',
    'null',
  ]);
  return random.oneIn(4) ? random.bytes(30) : text;
}

function filters(random: Random, ids: Ids): string[] {
  const all = [
    '$iothub/twin/res/#',
    '$iothub/twin/PATCH/properties/desired/#',
    '$iothub/methods/POST/#',
    `${ownPath(ids)}/messages/devicebound/#`,
    ids.moduleId === undefined ? '$iothub/twin/res/#' : `${ownPath(ids)}/inputs/#`,
  ];
  const chosen = Array.from({ length: 1 + random.below(3) }, () => random.pick(all));
  return random.oneIn(15)
    ? [...chosen, random.pick(['#', '+/+', '$SYS/#', `${ownPath(ids)}/#`, '$iothub/#'])]
    : chosen;
}

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { connectAsync } from 'mqtt';
import { expect, it } from 'vitest';
import { patchDesired, startMqttHub, userNameOf } from './mqtt-hub.ts';
import { waitUntil } from './wait-until.ts';

const require = createRequire(import.meta.url);
// The packages that a program of the user would require.
const { writeToStream } = require('mqtt-packet') as typeof import('mqtt-packet');
const { cache } = require('mqtt-packet/numbers.js') as { readonly cache: object };

/** Returns the types of the packets, each of which is shorter than 128 bytes. */
function typesOf(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2 + (bytes[at + 1] as number)) {
    types.push((bytes[at] as number) >> 4);
  }
  return types;
}

function packet(firstByte: number, ...parts: readonly (string | readonly number[])[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) =>
      typeof part === 'string'
        ? Buffer.concat([Buffer.from([part.length >> 8, part.length & 0xff]), Buffer.from(part)])
        : Buffer.from(part),
    ),
  );
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

// The first test, because another MQTT client creates the table.
it('the hub does not change the writer of mqtt-packet and does not create its table of 65,536 packet ids', async () => {
  await using mqtt = await startMqttHub();
  const identity = mqtt.register('d');
  const socket = connect(mqtt.port, '127.0.0.1');
  await once(socket, 'connect');
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  const receive = (...types: readonly number[]) =>
    waitUntil(`packets ${types}`, () => String(typesOf(received)) === String(types));
  const password = mqtt.passwordOf('d');
  socket.write(packet(0x10, 'MQTT', [4, 0xc0, 0, 60], 'd', userNameOf('d'), password));
  await receive(2);
  const filters = ['$iothub/twin/res/#', [0], '$iothub/twin/PATCH/properties/desired/#', [0]] as const;
  socket.write(packet(0x82, [0, 1], ...filters));
  await receive(2, 9);
  socket.write(packet(0x32, '$iothub/twin/GET/?$rid=1', [0, 2]));
  await receive(2, 9, 4, 3);
  patchDesired(mqtt.hub, identity, { a: 1 });
  await receive(2, 9, 4, 3, 3);
  socket.write(packet(0xa2, [0, 3], '$iothub/twin/res/#'));
  await receive(2, 9, 4, 3, 3, 11);
  socket.destroy();
  expect(writeToStream.cacheNumbers).toBe(true);
  expect(Object.keys(cache)).toEqual([]);
});

it('an MQTT client of the user works in the same process, with the default of mqtt-packet', async () => {
  await using mqtt = await startMqttHub();
  mqtt.register('d');
  const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
    clientId: 'd',
    username: userNameOf('d'),
    password: mqtt.passwordOf('d'),
    reconnectPeriod: 0,
  });
  await client.publishAsync('devices/d/messages/events/', 'x', { qos: 1 });
  await client.endAsync();
  expect(await mqtt.events(1)).toHaveLength(1);
  expect(writeToStream.cacheNumbers).toBe(true);
});

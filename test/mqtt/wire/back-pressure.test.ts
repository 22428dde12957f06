import { duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import { startMqttHub, userNameOf } from '../mqtt-hub.ts';
import { rawClientOn } from '../raw-client.ts';

const COUNT = 20_000;

it('the hub does not read from a client that does not read its PUBACKs, and sends all in order when it does', async () => {
  await using mqtt = await startMqttHub();
  mqtt.register('d');
  const [clientSide, hubSide] = duplexPair();
  mqtt.door.accept(hubSide, { certificates: () => [], transport: 'mqtt' });
  const client = rawClientOn(clientSide);
  client.connect('d', { username: userNameOf('d'), password: mqtt.passwordOf('d') });
  await client.next('connack');
  client.pause();
  for (let index = 0; index < COUNT; index++) {
    client.publish('devices/d/messages/events/', '', { messageId: (index % 60_000) + 1 });
    if (index % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // Most of it waits on the client's side, not in the hub.
  expect(clientSide.writableLength).toBeGreaterThan(COUNT * 10);
  expect(hubSide.writableLength).toBeLessThan(100_000);
  client.resume();
  for (let index = 0; index < COUNT; index++) {
    expect((await client.next('puback')).messageId).toBe((index % 60_000) + 1);
  }
});

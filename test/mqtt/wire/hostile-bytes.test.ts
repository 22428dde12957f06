import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { startMqttHub, userNameOf } from '../mqtt-hub.ts';

const RUNS = 300;

/** A packet of any type and flags. Most have a correct length, so that they reach the parsers. */
const packet = fc
  .record({
    header: fc.integer({ min: 0, max: 255 }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .constantFrom('devices/d/messages/events/', '$iothub/twin/GET/?$rid=1', '$iothub/methods/POST/#')
        .map((topic) => Buffer.concat([Buffer.from([0, topic.length]), Buffer.from(topic)])),
    ),
    lie: fc.option(fc.integer({ min: 0, max: 127 }), { freq: 6, nil: undefined }),
  })
  .map(({ header, body, lie }) => Buffer.concat([Buffer.from([header, lie ?? body.length]), body]));

it('the hub serves other clients while a client sends random packets', async () => {
  await using mqtt = await startMqttHub();
  mqtt.register('d');
  mqtt.register('witness');
  const witness = await mqtt.connect('witness', { keepalive: 0 });
  const greeting = generate({
    cmd: 'connect',
    clientId: 'd',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: false,
    keepalive: 60,
    username: userNameOf('d'),
    password: Buffer.from(mqtt.passwordOf('d')),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(packet, { minLength: 1, maxLength: 8 }),
      async (isGreeted, packets) => {
        const client = await mqtt.open();
        client.sendBytes(Buffer.concat([...(isGreeted ? [greeting] : []), ...packets]));
        await witness.settle();
        client.destroy();
      },
    ),
    { numRuns: RUNS },
  );
  expect(mqtt.logLines.filter(({ level }) => level === 'error')).toEqual([]);
  expect((await mqtt.connect('d', { clean: false })).sessionPresent).toBeTypeOf('boolean');
  await witness.settle();
});

it('the hub serves clients after corrupted CONNECTs', async () => {
  await using mqtt = await startMqttHub();
  mqtt.register('d');
  const greeting = generate({
    cmd: 'connect',
    clientId: 'd',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    username: userNameOf('d'),
    password: Buffer.from(mqtt.passwordOf('d')),
    will: { topic: 'devices/d/messages/events/', payload: Buffer.from('x') },
  });
  const change = fc.tuple(fc.nat(greeting.length - 1), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(greeting);
      for (const [at, value] of changes) bytes[at] = value;
      const client = await mqtt.open();
      client.sendBytes(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      client.destroy();
    }),
    { numRuns: RUNS },
  );
  await (await mqtt.connect('d')).settle();
  expect(mqtt.logLines.filter(({ level }) => level === 'error')).toEqual([]);
});

import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../emulator/domain/operations.ts';
import { HUB_NAME, type LogLine, type MqttHub, startMqttHub, userNameOf } from '../mqtt-hub.ts';
import { waitUntil } from '../wait-until.ts';

const FILTER = 'devices/d/messages/devicebound/#';

type Cause = (mqtt: MqttHub) => Promise<unknown>;

const CAUSES: readonly (readonly [event: string, operation: string, cause: Cause])[] = [
  [
    'client-refused',
    'connect',
    async (mqtt) => (await mqtt.open()).connect('other', { username: userNameOf('d') }),
  ],
  ['client-refused', 'connect', async (mqtt) => (await mqtt.open()).connect('d', { protocolVersion: 5 })],
  [
    'client-refused',
    'connect',
    async (mqtt) => (await mqtt.open()).connect('d', { username: userNameOf('d'), password: 'none' }),
  ],
  ['client-connected', 'connect', (mqtt) => mqtt.connect('d')],
  [
    'client-disconnected',
    'disconnect',
    async (mqtt) => (await mqtt.connect('d')).send({ cmd: 'disconnect' }),
  ],
  ['api-version-missing', 'connect', (mqtt) => mqtt.connect('d', { username: `${HUB_NAME}/d` })],
  [
    'connection-dropped',
    'openConnection',
    async (mqtt) => {
      const count = mqtt.connectionCount;
      await mqtt.open();
      await waitUntil('the connection', () => mqtt.connectionCount > count);
      mqtt.clock.advance(30_000);
    },
  ],
  [
    'connection-dropped',
    'subscribe',
    async (mqtt) =>
      (await mqtt.connect('d')).send({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: '$iothub/methods/res/#', qos: 0 }],
      }),
  ],
  [
    'connection-dropped',
    'unsubscribe',
    async (mqtt) =>
      (await mqtt.connect('d')).send({
        cmd: 'unsubscribe',
        messageId: 1,
        unsubscriptions: ['$iothub/methods/res/#'],
      }),
  ],
  [
    'connection-dropped',
    'sendEvent',
    async (mqtt) => (await mqtt.connect('d')).publish('devices/d/messages/events/', Buffer.alloc(262_145)),
  ],
  [
    'message-undeliverable',
    'receiveMessage',
    async (mqtt) => {
      await (await mqtt.connect('d')).subscribe([FILTER, 1]);
      sendMessage(mqtt, '/'.repeat(30_000));
    },
  ],
  [
    'message-not-completed',
    'completeMessage',
    async (mqtt) => {
      const client = await mqtt.connect('d');
      await client.subscribe([FILTER, 1]);
      const device = sendMessage(mqtt, '1');
      const { messageId } = await client.next('publish');
      mqtt.hub.cloudToDevice.purgeMessages(device);
      client.send({ cmd: 'puback', messageId: messageId as number });
    },
  ],
];

function sendMessage(mqtt: MqttHub, property: string) {
  const device = mqtt.register('d');
  mqtt.hub.cloudToDevice.sendMessage(device, {
    body: Buffer.from('x'),
    ack: 'none',
    properties: { system: {}, application: { property } },
  });
  return device;
}

describe('a log line', () => {
  it.each(CAUSES)('%s names the operation %s', async (event, operation, cause) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    await cause(mqtt);
    const isMeant = (line: LogLine) => line.event === event;
    const line = await waitUntil(`a line ${event}`, () => mqtt.logLines.find(isMeant));
    expect(line.fields['operation']).toBe(operation);
    expect(Object.keys(OPERATIONS)).toContain(operation);
  });
});

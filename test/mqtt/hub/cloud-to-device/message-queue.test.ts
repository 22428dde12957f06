import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../../emulator/domain/identities/client-identity.ts';
import { DEFAULT_HUB_OPTIONS } from '../../../../emulator/emulator-options.ts';
import { type MqttHub, startMqttHub } from '../../mqtt-hub.ts';
import { waitUntil } from '../../wait-until.ts';

const FILTER = 'devices/d/messages/devicebound/#';
const SHORT_LIVES = { ...DEFAULT_HUB_OPTIONS.cloudToDevice, defaultTimeToLiveSeconds: 60, lockSeconds: 600 };

function send(mqtt: MqttHub, client: ClientIdentity, text: string): void {
  const sent = mqtt.hub.cloudToDevice.sendMessage(client, {
    body: Buffer.from(text),
    ack: 'none',
    properties: { system: { messageId: text }, application: {} },
  });
  if (!sent.ok) throw new Error(sent.error.message);
}

function pendingCount(mqtt: MqttHub, { deviceId }: ClientIdentity): number | undefined {
  const device = mqtt.hub.devices.getDevice(deviceId);
  return device.ok ? device.value.pendingMessageCount : undefined;
}

describe('queued cloud-to-device messages', () => {
  it('arrive in order after the SUBACK, and stay in the queue until they are acknowledged', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    for (const text of ['1', '2', '3']) send(mqtt, device, text);
    const client = await mqtt.connect('d');
    await client.settle();
    expect(await client.subscribe([FILTER, 1])).toEqual([1]);
    for (const text of ['1', '2', '3']) {
      const { payload, messageId, dup } = await client.next('publish');
      expect([payload.toString(), dup]).toEqual([text, false]);
      if (text !== '2') client.send({ cmd: 'puback', messageId: messageId as number });
    }
    await client.settle();
    expect(pendingCount(mqtt, device)).toBe(1);
  });

  it('arrive after CONNACK if a persistent session is subscribed, with DUP if they were sent before', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const first = await mqtt.connect('d', { clean: false });
    await first.subscribe([FILTER, 1]);
    send(mqtt, device, '1');
    await first.next('publish');
    first.destroy();
    await waitUntil('the end of the first connection', () => mqtt.hub.sessions.connectedDeviceCount === 0);
    send(mqtt, device, '2');
    const second = await mqtt.connect('d', { clean: false });
    const again = await second.next('publish');
    expect(again).toMatchObject({ dup: true, qos: 1 });
    expect(again.payload.toString()).toBe('1');
    expect(await second.next('publish')).toMatchObject({ dup: false });
  });

  it('are completed when they are sent to a subscription with QoS 0', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    send(mqtt, device, '1');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 0]);
    expect(await client.next('publish')).toMatchObject({ qos: 0 });
    expect(pendingCount(mqtt, device)).toBe(0);
  });

  it('are not sent to a client that has unsubscribed', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe([FILTER, 1]);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [FILTER] });
    await client.next('unsuback');
    send(mqtt, device, '1');
    await client.settle();
    expect(client.received.map(({ cmd }) => cmd)).not.toContain('publish');
    expect(pendingCount(mqtt, device)).toBe(1);
  });

  it('are sent again when their lock expires, and are completed by the PUBACK for the new lock', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d', { keepalive: 0 });
    await client.subscribe([FILTER, 1]);
    send(mqtt, device, '1');
    const { messageId } = await client.next('publish');
    mqtt.clock.advance(60_000);
    const again = await client.next('publish');
    expect(again).toMatchObject({ messageId, dup: true });
    client.send({ cmd: 'puback', messageId: messageId as number });
    await client.settle();
    expect(pendingCount(mqtt, device)).toBe(0);
  });

  it.each([
    [
      'were purged',
      (mqtt: MqttHub, { deviceId }: ClientIdentity) => mqtt.hub.cloudToDevice.purgeMessages({ deviceId }),
    ],
    ['have expired', (mqtt: MqttHub) => mqtt.clock.advance(60_000)],
  ])('can be acknowledged after they %s, however many they are', async (_what, remove) => {
    await using mqtt = await startMqttHub({ cloudToDevice: SHORT_LIVES });
    const device = mqtt.register('d');
    const client = await mqtt.connect('d', { keepalive: 0 });
    await client.subscribe([FILTER, 1]);
    const packetIds: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 50; count++) send(mqtt, device, `${round}.${count}`);
      for (let count = 0; count < 50; count++)
        packetIds.push((await client.next('publish')).messageId as number);
      remove(mqtt, device);
    }
    send(mqtt, device, 'last');
    packetIds.push((await client.next('publish')).messageId as number);
    expect(packetIds).toEqual(Array.from({ length: 151 }, (_row, index) => index + 1));
    for (const messageId of [...packetIds, ...packetIds]) client.send({ cmd: 'puback', messageId });
    await client.settle();
    expect(pendingCount(mqtt, device)).toBe(0);
    expect(mqtt.logLines.filter(({ event }) => event === 'message-not-completed')).toHaveLength(150);
  });

  it('can be acknowledged after they were delivered over HTTPS, because their lock had expired', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    const client = await mqtt.connect('d', { keepalive: 0 });
    await client.subscribe([FILTER, 1]);
    send(mqtt, device, '1');
    const { messageId } = await client.next('publish');
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: [FILTER] });
    await client.next('unsuback');
    mqtt.clock.advance(60_000);
    expect(mqtt.hub.cloudToDevice.receiveMessage(device)).toMatchObject({ ok: true });
    client.send({ cmd: 'puback', messageId: messageId as number });
    await client.settle();
    expect(pendingCount(mqtt, device)).toBe(1);
  });
});

import { connectAsync } from 'mqtt';
import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../../emulator/domain/identities/client-identity.ts';
import { type MqttHub, startMqttHub, userNameOf } from '../../mqtt-hub.ts';
import { waitUntil } from '../../wait-until.ts';

const FILTER = 'devices/d/modules/m/messages/devicebound/#';

function send(mqtt: MqttHub, client: ClientIdentity, text: string): void {
  const sent = mqtt.hub.cloudToDevice.sendMessage(client, {
    body: Buffer.from(text),
    ack: 'none',
    properties: { system: { messageId: text }, application: {} },
  });
  if (!sent.ok) throw new Error(sent.error.message);
}

function pendingCount(mqtt: MqttHub, module: ClientIdentity): number | undefined {
  const view = mqtt.hub.modules.getModule(module);
  return view.ok ? view.value.pendingMessageCount : undefined;
}

describe('a cloud-to-device message to a module', () => {
  it.each([
    ['of the Java client', FILTER],
    ['of the .NET and C clients', 'devices/d/modules/m/#'],
    ['for everything', '#'],
    ['with other letter case', 'devices/+/Modules/+/messages/deviceBound/#'],
  ])('arrives through the filter %s, and its PUBACK completes it', async (_what, filter) => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    send(mqtt, module, 'queued');
    const client = await connectAsync(`mqtt://127.0.0.1:${mqtt.port}`, {
      clientId: 'd/m',
      username: userNameOf('d/m'),
      password: mqtt.passwordOf('d/m'),
      protocolVersion: 4,
      reconnectPeriod: 0,
    });
    const messages: string[] = [];
    client.on('message', (topic, body) => messages.push(`${topic} ${body}`));
    await client.subscribeAsync(filter, { qos: 1 });
    await waitUntil('the end of the message', () => pendingCount(mqtt, module) === 0);
    await client.endAsync();
    expect(messages).toEqual([
      expect.stringMatching(
        /^devices\/d\/modules\/m\/messages\/devicebound\/%24\.mid=queued&%24\.to=%2Fdevices%2Fd%2Fmodules%2Fm%2Fmessages%2Fdevicebound.* queued$/,
      ),
    ]);
  });

  it('arrives again with DUP in the restored session of a module that did not acknowledge it', async () => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    const first = await mqtt.connect('d/m', { clean: false });
    await first.subscribe([FILTER, 1]);
    send(mqtt, module, '1');
    await first.next('publish');
    first.send({ cmd: 'disconnect' });
    await first.closed;
    const second = await mqtt.connect('d/m', { clean: false });
    const { dup, messageId } = await second.next('publish');
    expect(dup).toBe(true);
    second.send({ cmd: 'puback', messageId: messageId as number });
    await second.settle();
    expect(pendingCount(mqtt, module)).toBe(0);
  });

  it('does not arrive at its device, nor a message of the device at the module', async () => {
    await using mqtt = await startMqttHub();
    const module = mqtt.register('d/m');
    const [device, client] = [await mqtt.connect('d'), await mqtt.connect('d/m')];
    await device.subscribe(['#', 1]);
    await client.subscribe(['#', 1]);
    send(mqtt, module, 'to the module');
    send(mqtt, { deviceId: module.deviceId }, 'to the device');
    expect((await device.next('publish')).payload.toString()).toBe('to the device');
    expect((await client.next('publish')).payload.toString()).toBe('to the module');
    await device.settle();
    await client.settle();
    for (const { received } of [device, client])
      expect(received.filter(({ cmd }) => cmd === 'publish')).toHaveLength(1);
  });
});

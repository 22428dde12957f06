import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MqttHub, startMqttHub, userNameOf } from '../../mqtt-hub.ts';
import { type RawClient, rawClientOn } from '../../raw-client.ts';
import { waitUntil } from '../../wait-until.ts';

const isInstalled = spawnSync('mosquitto', ['-h']).error === undefined;

/** A mosquitto broker that connects to the hub as the device `d`, and a client of this broker. */
interface Bridge extends AsyncDisposable {
  readonly client: RawClient;
}

async function startBridge(mqtt: MqttHub): Promise<Bridge> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  chmodSync(folder, 0o755);
  const path = join(folder, 'socket');
  const lines = [
    `listener 0 ${path}`,
    'allow_anonymous true',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'connection hub',
    `address 127.0.0.1:${mqtt.port}`,
    'remote_clientid d',
    `remote_username ${userNameOf('d')}`,
    `remote_password ${mqtt.passwordOf('d')}`,
    'bridge_protocol_version mqttv311',
    // The hub refuses the bit by which mosquitto announces a bridge.
    'try_private false',
    'notifications false',
    'topic devices/d/messages/events/# out 1',
    'topic devices/d/messages/devicebound/# in 1',
  ];
  writeFileSync(join(folder, 'mosquitto.conf'), lines.join('\n'));
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  const socket = await connectWhenReady(broker, path);
  const client = rawClientOn(socket);
  client.connect('local');
  await client.next('connack');
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      client.destroy();
      broker.kill();
      if (broker.exitCode === null && broker.signalCode === null) await once(broker, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connectWhenReady(broker: ChildProcess, path: string): Promise<Socket> {
  for (;;) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended with exit code ${broker.exitCode}.`);
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      socket.destroy();
    }
  }
}

describe.skipIf(!isInstalled)('a mosquitto bridge', () => {
  // It unsubscribes after CONNACK from the topics that it publishes.
  it('stays connected, forwards telemetry and receives cloud-to-device messages', async () => {
    await using mqtt = await startMqttHub();
    const device = mqtt.register('d');
    await using bridge = await startBridge(mqtt);
    await waitUntil('the subscription', () => mqtt.hub.sessions.isReadyFor(device, 'messages'));
    await bridge.client.subscribe(['devices/d/messages/devicebound/#', 1]);
    bridge.client.publish('devices/d/messages/events/', 'telemetry');
    await bridge.client.next('puback');
    const [event] = await mqtt.events(1);
    expect(Buffer.from(event?.body ?? '').toString()).toBe('telemetry');
    mqtt.hub.cloudToDevice.sendMessage(device, {
      body: Buffer.from('message'),
      ack: 'none',
      properties: { system: {}, application: {} },
    });
    expect((await bridge.client.next('publish')).payload.toString()).toBe('message');
    expect(mqtt.logLines.filter(({ event }) => event === 'connection-dropped')).toEqual([]);
  });
});

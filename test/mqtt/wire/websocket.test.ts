import { once } from 'node:events';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { tokenOf, userNameOf } from '../mqtt-hub.ts';
import { type SdkHub, startSdkHub } from '../sdk-hub.ts';
import { waitUntil } from '../wait-until.ts';

const TRANSPORTS = ['mqtts', 'wss'] as const;

function connectTo(
  sdk: SdkHub,
  transport: (typeof TRANSPORTS)[number],
  options: IClientOptions = {},
): Promise<MqttClient> {
  const { emulator } = sdk;
  const address =
    transport === 'mqtts'
      ? `mqtts://localhost:${emulator.mqttPort}`
      : `wss://localhost:${emulator.httpsPort}/$iothub/websocket`;
  return connectAsync(address, {
    clientId: 'd',
    username: userNameOf('d'),
    password: tokenOf('d', Date.now()),
    ca: emulator.authorityPem,
    wsOptions: { ca: emulator.authorityPem },
    reconnectPeriod: 0,
    clean: true,
    ...options,
  });
}

describe.each(TRANSPORTS)('the mqtt package over %s', (transport) => {
  it('sends large and small telemetry, in order', async () => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    const client = await connectTo(sdk, transport);
    const sizes = [0, 1, 100_000, 5, 250_000, 17];
    await Promise.all(
      sizes.map((size) =>
        client.publishAsync('devices/d/messages/events/a=1', Buffer.alloc(size), { qos: 1 }),
      ),
    );
    await client.endAsync();
    const lengths: number[] = [];
    for await (const event of sdk.hub.events.read({ from: 'earliest', signal: AbortSignal.timeout(5000) })) {
      lengths.push(event.body.length);
      if (lengths.length === sizes.length) break;
    }
    expect(lengths).toEqual(sizes);
  });

  it('receives twin responses', async () => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    const client = await connectTo(sdk, transport);
    const answered = new Promise<string>((resolve) => client.on('message', (topic) => resolve(topic)));
    await client.subscribeAsync('$iothub/twin/res/#', { qos: 1 });
    await client.publishAsync('$iothub/twin/GET/?$rid=7', '', { qos: 1 });
    expect(await answered).toBe('$iothub/twin/res/200/?$rid=7');
    await client.endAsync();
  });

  it('receives CONNACK 5 for an invalid token and 1 for MQTT 5', async () => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    await expect(connectTo(sdk, transport, { password: 'x' })).rejects.toMatchObject({ code: 5 });
    await expect(connectTo(sdk, transport, { protocolVersion: 5 })).rejects.toMatchObject({ code: 1 });
  });

  it('is named by its transport in the log when it is dropped', async () => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    const client = await connectTo(sdk, transport);
    const closed = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    client.publish('devices/other/messages/events/', 'x', { qos: 1 });
    await closed;
    client.end(true);
    expect(sdk.logLines.find(({ event }) => event === 'connection-dropped')?.fields).toMatchObject({
      deviceId: 'd',
      reason: 'publish-topic-forbidden',
      transport: transport === 'wss' ? 'mqtt-ws' : 'mqtt',
    });
  });
});

describe('a text message over WebSocket', () => {
  it.each([
    ['instead of a CONNECT', false],
    ['after CONNECT', true],
  ])('closes the connection %s, and the log says why', async (_what, isConnected) => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    const { httpsPort, authorityPem } = sdk.emulator;
    const socket = new WebSocket(`wss://localhost:${httpsPort}/$iothub/websocket`, 'mqtt', {
      ca: authorityPem,
    });
    await once(socket, 'open');
    const connect: Packet = {
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      clientId: 'd',
      username: userNameOf('d'),
      password: Buffer.from(tokenOf('d', Date.now())),
    };
    const closed = once(socket, 'close');
    if (isConnected) {
      socket.send(generate(connect));
      await once(socket, 'message');
      socket.send(generate({ cmd: 'pingreq' }).toString());
    } else {
      socket.send(generate(connect).toString());
    }
    await closed;
    await waitUntil('the line of the dropped connection', () =>
      sdk.logLines.some(({ event }) => event === 'connection-dropped'),
    );
    expect(sdk.logLines.find(({ event }) => event === 'connection-dropped')).toMatchObject({
      level: 'warn',
      fields: {
        reason: 'websocket-message-not-binary',
        transport: 'mqtt-ws',
        ...(isConnected ? { deviceId: 'd' } : {}),
      },
    });
    expect(sdk.hub.sessions.connectedDeviceCount).toBe(0);
  });
});

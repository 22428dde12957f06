import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { startEmulator } from '../../../emulator/emulator.ts';
import type { EmulatorOptions } from '../../../emulator/emulator-options.ts';
import { startHubWithEmulator } from '../../hub-with-emulator.ts';
import { readAll } from '../../listen/fixtures.ts';
import { rawClientOn } from '../../mqtt/raw-client.ts';
import { connectOptionsOf, connectRawClient, openStream, policyTokenOf } from '../raw-device.ts';
import { openTls } from '../tls-client.ts';

type LogLine = readonly [event: string, reason: unknown];

/** Starts an emulator with short timeouts and the system clock, because sockets use the machine's time. */
async function startEmulatorWithTimeouts(timeouts: Partial<EmulatorOptions['timeouts']>) {
  const lines: LogLine[] = [];
  const emulator = await startEmulator({
    hub: { hostNames: ['hub1.iothub.test'] },
    log: (_level, event, fields) =>
      lines.push([event, fields['reason'] ?? fields['code'] ?? fields['message']]),
    timeouts,
  });
  return { emulator, lines };
}

it.each(['httpsPort', 'mqttPort'] as const)(
  'closes connections without a complete ClientHello on the %s',
  async (name) => {
    const { emulator, lines } = await startEmulatorWithTimeouts({ handshakeMilliseconds: 200 });
    await using _emulator = emulator;
    const silent = connectTcp(emulator[name], emulator.host);
    const incomplete = connectTcp(emulator[name], emulator.host);
    incomplete.write(Buffer.from('1603010200010001fc0303', 'hex'));
    expect(await Promise.all([readAll(silent), readAll(incomplete)])).toEqual(['', '']);
    const line: LogLine = ['connection-broken', expect.stringContaining('TLS handshake timeout')];
    expect(lines).toEqual([line, line]);
    expect(emulator.traffic().brokenConnections).toBe(2);
  },
);

it('answers 400 to an HTTPS connection without a request, with a slow head or with a slow body', async () => {
  const { emulator, lines } = await startEmulatorWithTimeouts({
    headMilliseconds: 200,
    requestMilliseconds: 400,
  });
  await using _emulator = emulator;
  const open = () => openTls(emulator, emulator.httpsPort);
  const [silent, head, body] = [await open(), await open(), await open()];
  const answers = [silent, head, body].map(readAll);
  sendSlowly(head, 'GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: ');
  sendSlowly(
    body,
    `PUT /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${policyTokenOf(emulator, 'iothubowner')}\r\nContent-Length: 1000\r\n\r\n`,
  );
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('ErrorCode:IotHubFormatError;The request did not arrive in time.');
  }
  const line: LogLine = ['request-broken', 'ERR_HTTP_REQUEST_TIMEOUT'];
  expect(lines.filter(([event]) => event === 'request-broken')).toEqual([line, line, line]);
});

/** Sends single bytes at intervals until the connection closes. */
function sendSlowly(socket: Socket, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.once('close', () => clearInterval(timer));
}

it.each(['mqtt', 'mqtt-ws'] as const)(
  'drops a client over %s that sends no complete CONNECT within half a minute',
  async (transport) => {
    await using hub = await startHubWithEmulator({ clock: 'manual' });
    const { emulator } = hub;
    const silent = rawClientOn(await openStream(emulator, transport));
    const incomplete = rawClientOn(await openStream(emulator, transport));
    incomplete.sendBytes(Buffer.from([0x10, 100, 0, 4, 0x4d]));
    // Both connections have arrived when a third client has been served.
    await hub.provision({ deviceId: 'd' });
    await (await connectRawClient(emulator, 'd', { transport })).settle();
    hub.clock?.advance(29_999);
    expect([silent.isClosed(), incomplete.isClosed()]).toEqual([false, false]);
    hub.clock?.advance(1);
    await Promise.all([silent.closed, incomplete.closed]);
    const dropped = { event: 'connection-dropped', fields: { reason: 'connect-timeout', transport } };
    expect(hub.log.filter(({ event }) => event === 'connection-dropped')).toMatchObject([dropped, dropped]);
  },
);

it.each(['mqtt', 'mqtt-ws'] as const)(
  'drops a client over %s that sends a PUBLISH byte by byte after 1.5 times its keep-alive',
  async (transport) => {
    await using hub = await startHubWithEmulator({ clock: 'manual' });
    await hub.provision({ deviceId: 'd' });
    const client = await connectRawClient(hub.emulator, 'd', { transport, keepalive: 60 });
    // Bytes do not count for the keep-alive; only a complete packet does.
    client.sendBytes(Buffer.from([0x32, 100, 0, 4]));
    for (let passed = 0; passed < 90_000; passed += 30_000) {
      expect(client.isClosed()).toBe(false);
      client.sendBytes(Buffer.from('x'));
      hub.clock?.advance(30_000);
    }
    await client.closed;
    expect(hub.log.at(-1)?.fields).toMatchObject({ reason: 'lost' });
    expect(hub.log.find(({ event }) => event === 'connection-dropped')?.fields).toMatchObject({
      deviceId: 'd',
      reason: 'keep-alive-timeout',
    });
  },
);

it('creates no session if the client disconnects during its CONNECT', async () => {
  await using hub = await startHubWithEmulator();
  const device = await hub.provision({ deviceId: 'd' });
  const stream = await openStream(hub.emulator, 'mqtt');
  const client = rawClientOn(stream);
  client.connect('d', connectOptionsOf(hub.emulator, 'd'));
  stream.end();
  await once(stream, 'close');
  await hub.untilDisconnected(device);
});

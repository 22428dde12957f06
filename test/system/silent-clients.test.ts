import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createRandomIds, createSystemClock } from '../../emulator/clocks/system-clock.ts';
import { type EmulatorOptions, startEmulator } from '../../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS } from '../../emulator/emulator-options.ts';
import { startHub } from '../../harness/harness.ts';
import { readAll } from '../listen/fixtures.ts';
import { rawClientOn } from '../mqtt/raw-client.ts';
import { connectRawClient, greetingOf, openStream, policyTokenOf } from './raw-device.ts';
import { openTls } from './tls-client.ts';

type LogLine = readonly [event: string, reason: unknown];

/** An emulator that waits for nobody long, by the machine's clock, which is the one of sockets. */
async function startImpatientEmulator(patience: NonNullable<EmulatorOptions['patience']>) {
  const lines: LogLine[] = [];
  const emulator = await startEmulator({
    host: '127.0.0.1',
    httpsPort: 0,
    mqttPort: 0,
    hub: { ...DEFAULT_HUB_OPTIONS, hostNames: ['hub1.iothub.test'] },
    clock: createSystemClock(),
    ids: createRandomIds(),
    log: (_level, event, fields) =>
      lines.push([event, fields['reason'] ?? fields['code'] ?? fields['message']]),
    patience,
  });
  return { emulator, lines };
}

it.each(['httpsPort', 'mqttPort'] as const)(
  'TCP without TLS, and half a ClientHello, end on the %s',
  async (name) => {
    const { emulator, lines } = await startImpatientEmulator({ handshakeMilliseconds: 200 });
    await using _emulator = emulator;
    const silent = connectTcp(emulator[name], emulator.host);
    const halting = connectTcp(emulator[name], emulator.host);
    halting.write(Buffer.from('1603010200010001fc0303', 'hex'));
    expect(await Promise.all([readAll(silent), readAll(halting)])).toEqual(['', '']);
    const line: LogLine = ['connection-broken', expect.stringContaining('TLS handshake timeout')];
    expect(lines).toEqual([line, line]);
    expect(emulator.traffic().brokenConnections).toBe(2);
  },
);

it('HTTPS without a request, a head that drips and a body that drips are told that they are too slow', async () => {
  const { emulator, lines } = await startImpatientEmulator({
    headMilliseconds: 200,
    requestMilliseconds: 400,
  });
  await using _emulator = emulator;
  const open = () => openTls(emulator, emulator.httpsPort);
  const [silent, head, body] = [await open(), await open(), await open()];
  const answers = [silent, head, body].map(readAll);
  drip(head, 'GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\nX-Drip: ');
  drip(
    body,
    `PUT /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: h\r\nAuthorization: ${policyTokenOf(emulator, 'iothubowner')}\r\nContent-Length: 1000\r\n\r\n`,
  );
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toContain('ErrorCode:IotHubFormatError;The request did not arrive in time.');
  }
  const line: LogLine = ['request-broken', 'ERR_HTTP_REQUEST_TIMEOUT'];
  expect(lines.filter(([event]) => event === 'request-broken')).toEqual([line, line, line]);
});

/** A byte now and then, as long as somebody takes it. */
function drip(socket: Socket, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write('x'), 20);
  socket.once('close', () => clearInterval(timer));
}

it.each(['mqtt', 'mqtt-ws'] as const)(
  'a client that says no CONNECT over %s, or half of one, is dropped after half a minute',
  async (transport) => {
    await using hub = await startHub({ clock: 'manual' });
    const { emulator } = hub;
    const silent = rawClientOn(await openStream(emulator, transport));
    const halting = rawClientOn(await openStream(emulator, transport));
    halting.sendBytes(Buffer.from([0x10, 100, 0, 4, 0x4d]));
    // Both have arrived when a third one has been served.
    await hub.provision({ deviceId: 'd' });
    await (await connectRawClient(emulator, 'd', { transport })).settle();
    hub.clock?.advance(29_999);
    expect([silent.isClosed(), halting.isClosed()]).toEqual([false, false]);
    hub.clock?.advance(1);
    await Promise.all([silent.closed, halting.closed]);
    const dropped = { event: 'connection-dropped', fields: { reason: 'connect-timeout', transport } };
    expect(hub.log.filter(({ event }) => event === 'connection-dropped')).toMatchObject([dropped, dropped]);
  },
);

it.each(['mqtt', 'mqtt-ws'] as const)(
  'a client whose PUBLISH drips over %s is dropped after one and a half times its keep-alive',
  async (transport) => {
    await using hub = await startHub({ clock: 'manual' });
    await hub.provision({ deviceId: 'd' });
    const client = await connectRawClient(hub.emulator, 'd', { transport, keepalive: 60 });
    // Bytes alone are no sign of life: a packet has to end.
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

it('a CONNECT in the midst of which the client leaves makes no session', async () => {
  await using hub = await startHub();
  const device = await hub.provision({ deviceId: 'd' });
  const stream = await openStream(hub.emulator, 'mqtt');
  const client = rawClientOn(stream);
  client.connect('d', greetingOf(hub.emulator, 'd'));
  stream.end();
  await once(stream, 'close');
  await hub.untilDisconnected(device);
});

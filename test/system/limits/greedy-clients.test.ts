import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { parseClientIdentity } from '../../../emulator/domain/identities/client-identity.ts';
import { NO_PRECONDITION } from '../../../emulator/domain/precondition.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { rawClientOn } from '../../mqtt/raw-client.ts';
import { connectOptionsOf, connectRawClient, openStream, policyTokenOf } from '../raw-device.ts';
import { openTls } from '../tls-client.ts';

const TRANSPORTS = ['mqtt', 'mqtt-ws'] as const;
// One mebibyte each: more than all buffers between a client and the hub.
const MAXIMUM_FILLINGS = 32;
const MEBIBYTE = 1024 * 1024;
const HUGE = 16 * MEBIBYTE;
const BLANK = Buffer.alloc(MEBIBYTE, ' ');
const EVENTS = 'devices/d/messages/events/';

/** Starts a hub with a device `d`, whose twin has nearly 32 KB, and another device. */
async function startHubWithLargeTwin(): Promise<HubWithEmulator> {
  const hub = await startHubWithEmulator();
  await hub.provision({ deviceId: 'd' });
  await hub.provision({ deviceId: 'other' });
  patchTwin(hub, 0);
  return hub;
}

function patchTwin({ emulator }: HubWithEmulator, round: number): void {
  const identity = parseClientIdentity('d', undefined);
  const texts = Object.fromEntries([...'abcdefg'].map((name) => [name, name.repeat(4000)]));
  if (identity.ok) {
    emulator.hub.twins.updateTwin(identity.value, { desired: { ...texts, round } }, NO_PRECONDITION);
  }
}

function dropsOf(hub: HubWithEmulator): readonly unknown[] {
  return hub.log.filter(({ event }) => event === 'connection-dropped').map(({ fields }) => fields['reason']);
}

/** Writes the bytes repeatedly while the hub reads them. Returns how often it did. */
async function fill(stream: Duplex, bytes: Buffer, hub: HubWithEmulator): Promise<number> {
  for (let count = 0; count < MAXIMUM_FILLINGS; count++) {
    stream.write(bytes);
    // Meanwhile the hub serves another client.
    for (let asked = 0; asked < 20 && stream.writableNeedDrain; asked++) await hub.registry().get('other');
    if (stream.writableNeedDrain || stream.destroyed) return count;
  }
  return MAXIMUM_FILLINGS;
}

describe.each(TRANSPORTS)('greedy client over %s', (transport) => {
  it('is dropped if it requests its twin repeatedly and reads no answer', async () => {
    await using hub = await startHubWithLargeTwin();
    const stream = await openStream(hub.emulator, transport);
    const client = rawClientOn(stream);
    client.connect('d', connectOptionsOf(hub.emulator, 'd'));
    await client.next('connack');
    await client.subscribe(['$iothub/twin/res/#', 0]);
    client.pause();
    const request = publish('$iothub/twin/GET/?$rid=1', '', 0);
    const before = process.memoryUsage().rss;
    await fill(stream, mebibyteOf(request), hub);
    expect(dropsOf(hub)).toEqual(['client-does-not-read']);
    // All answers to one mebibyte of requests would need six hundred mebibytes.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MEBIBYTE);
  });

  it('is dropped if it does not read its desired patches, and gets the whole twin after it reconnects', async () => {
    await using hub = await startHubWithLargeTwin();
    const client = await connectRawClient(hub.emulator, 'd', { transport });
    await client.subscribe(['$iothub/twin/PATCH/properties/desired/#', 0]);
    client.pause();
    let round = 0;
    while (dropsOf(hub).length === 0 && round < 5000) {
      patchTwin(hub, ++round);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(dropsOf(hub)).toEqual(['client-does-not-read']);
    const returned = await connectRawClient(hub.emulator, 'd', { transport });
    await returned.subscribe(['$iothub/twin/res/#', 0]);
    returned.publish('$iothub/twin/GET/?$rid=1', '', { qos: 0 });
    const { payload } = await returned.next('publish');
    expect(JSON.parse(String(payload)).desired.round).toBe(round);
  });

  it('does not delay other clients by half a million pings', async () => {
    await using hub = await startHubWithLargeTwin();
    const stream = await openStream(hub.emulator, transport);
    const client = rawClientOn(stream);
    client.connect('d', connectOptionsOf(hub.emulator, 'd'));
    await client.next('connack');
    let answeredBytes = 0;
    stream.removeAllListeners('data').on('data', (chunk: Buffer) => {
      answeredBytes += chunk.length;
    });
    const pings = mebibyteOf(Buffer.from([0xc0, 0]));
    stream.write(pings);
    await hub.registry().get('other');
    await expect.poll(() => answeredBytes).toBe(pings.length);
  });

  it.each([
    ['a CONNECT of 161 KB', 'packet-too-large', [0x10, 0x80, 0x88, 0x0a]],
    ['a CONNECT of 256 MB', 'packet-too-large', [0x10, 0xff, 0xff, 0xff, 0x7f]],
    ['telemetry before CONNECT', 'packet-unexpected', [0x30, 0xff, 0xff, 0xff, 0x7f]],
  ])('is refused at the first bytes of %s: %s', async (_what, reason, bytes) => {
    await using hub = await startHubWithEmulator();
    const client = rawClientOn(await openStream(hub.emulator, transport));
    client.sendBytes(Buffer.from(bytes));
    await client.closed;
    expect(dropsOf(hub)).toEqual([reason]);
  });

  it.each([
    ['a PUBLISH of 256 MB', 'packet-too-large', () => Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f])],
    ['a SUBSCRIBE of 70 KB', 'packet-too-large', () => Buffer.from([0x82, 0xf0, 0xa2, 0x04])],
    ['telemetry of 256 KB and a byte', 'message-too-large', () => publish(EVENTS, Buffer.alloc(262_145))],
  ])(
    'is dropped for %s, and its earlier messages are acknowledged and stored: %s',
    async (_what, reason, bytes) => {
      await using hub = await startHubWithEmulator();
      const device = await hub.provision({ deviceId: 'd' });
      const client = await connectRawClient(hub.emulator, 'd', { transport });
      const kept = [publish(EVENTS, 'kept'), publish(EVENTS, Buffer.alloc(262_144))];
      client.sendBytes(Buffer.concat([...kept, bytes()]));
      await client.next('puback');
      await client.next('puback');
      await client.closed;
      expect(dropsOf(hub)).toEqual([reason]);
      await hub.untilTelemetry(device, ({ body }) => Buffer.from(body).toString() === 'kept');
      await hub.untilTelemetry(device, ({ body }) => body.length === 262_144);
    },
  );
});

it('stops reading or closes an HTTPS connection whose client reads no answer', async () => {
  await using hub = await startHubWithLargeTwin();
  const socket = await openTls(hub.emulator, hub.emulator.httpsPort);
  socket.pause();
  const token = policyTokenOf(hub.emulator, 'service');
  const request = `GET /twins/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${token}\r\n\r\n`;
  expect(await fill(socket, mebibyteOf(Buffer.from(request)), hub)).toBeLessThan(MAXIMUM_FILLINGS);
  socket.destroy();
});

it('refuses huge HTTPS bodies and does not keep them in memory', async () => {
  await using hub = await startHubWithLargeTwin();
  const token = policyTokenOf(hub.emulator, 'service');
  const head = `PATCH /twins/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${token}\r\n`;
  const before = process.memoryUsage().rss;
  let peak = before;
  const clients = Array.from({ length: 8 }, async () => {
    const socket = await openTls(hub.emulator, hub.emulator.httpsPort);
    const answer = once(socket, 'data');
    socket.write(`${head}Content-Length: ${HUGE}\r\n\r\n`);
    for (let sent = 0; sent < HUGE; sent += BLANK.length) {
      if (!socket.write(BLANK)) await once(socket, 'drain');
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    return String((await answer)[0]);
  });
  for (const answer of await Promise.all(clients)) expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  // Half of the sent bytes. System buffers and garbage of both sides take a quarter.
  expect(peak - before).toBeLessThan(HUGE * 4);
});

it('closes a WebSocket whose client sends pings and reads no pong', async () => {
  await using hub = await startHubWithLargeTwin();
  const socket = await openTls(hub.emulator, hub.emulator.httpsPort);
  socket.write(
    'GET /$iothub/websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
  );
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const ping = Buffer.concat([Buffer.from([0x89, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)]);
  expect(await fill(socket, mebibyteOf(ping), hub)).toBeLessThan(MAXIMUM_FILLINGS);
  await closed;
});

it('closes a WebSocket on a message over 1 MB and logs the reason', async () => {
  await using hub = await startHubWithEmulator();
  const stream = await openStream(hub.emulator, 'mqtt-ws');
  const closed = once(stream.resume(), 'close');
  stream.write(Buffer.alloc(MEBIBYTE + 1));
  await closed;
  await expect
    .poll(() => hub.log.at(-1))
    .toMatchObject({ event: 'connection-broken', fields: { message: 'Max payload size exceeded' } });
});

function publish(topic: string, payload: string | Buffer, qos: 0 | 1 = 1): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos, messageId: 1, retain: false, dup: false });
}

function mebibyteOf(bytes: Buffer): Buffer {
  return Buffer.concat(Array(Math.floor(MEBIBYTE / bytes.length)).fill(bytes));
}

import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../emulator/domain/identities/client-identity.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../hub-with-emulator.ts';
import { patchDesired } from '../mqtt/mqtt-hub.ts';
import { rawClientOn } from '../mqtt/raw-client.ts';
import { connectOptionsOf, connectRawClient, openStream, policyTokenOf } from './raw-device.ts';
import { openTls } from './tls-client.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function startWithManualClock() {
  const hub = await startHubWithEmulator({ clock: 'manual' });
  await hub.provision({ deviceId: 'd' });
  const { clock } = hub;
  if (clock === undefined) throw new Error('The hub has no manual clock.');
  return { hub, clock, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

function endOf(hub: HubWithEmulator): unknown {
  return hub.log.findLast(({ event }) => event === 'client-disconnected')?.fields['reason'];
}

describe.each(['mqtt', 'mqtt-ws'] as const)('device over %s with a manual clock', (transport) => {
  it('stays connected for ten minutes after its token expired, then resumes the session with a new token', async () => {
    await using started = await startWithManualClock();
    const { hub, clock } = started;
    const old = connectOptionsOf(hub.emulator, 'd');
    const client = await connectRawClient(hub.emulator, 'd', {
      ...old,
      transport,
      clean: false,
      keepalive: 1177,
    });
    await client.subscribe(['$iothub/twin/PATCH/properties/desired/#', 0]);
    for (let passed = 0; passed < HOUR + 9 * MINUTE; passed += 3 * MINUTE) {
      clock.advance(3 * MINUTE);
      await client.settle();
    }
    clock.advance(MINUTE);
    await client.closed;
    expect(endOf(hub)).toBe('token-expired');

    const refused = rawClientOn(await openStream(hub.emulator, transport));
    refused.connect('d', old);
    expect((await refused.next('connack')).returnCode).toBe(5);
    expect(hub.log.at(-1)).toMatchObject({ event: 'client-refused', fields: { reason: 'token-expired' } });

    const returned = await connectRawClient(hub.emulator, 'd', { transport, clean: false });
    // The test calls the hub directly, because the SDK's tokens use the machine's time.
    patchDesired(hub.emulator.hub, { deviceId: 'd' as DeviceId }, { a: 1 });
    expect((await returned.next('publish')).topic).toMatch(
      '$iothub/twin/PATCH/properties/desired/?$version=',
    );
  });

  it('lets a method call time out, and its late response is ignored', async () => {
    await using started = await startWithManualClock();
    const { hub, clock } = started;
    const call = (timeouts: Parameters<HubWithEmulator['invokeMethod']>[3]) =>
      hub.invokeMethod({ deviceId: 'd' }, 'slow', null, timeouts);
    // The device connects while the call waits for it.
    const late = call({ connectTimeoutInSeconds: 10, responseTimeoutInSeconds: 10 });
    const failed = expect(late).rejects.toMatchObject({ response: { statusCode: 504 } });
    const client = await connectRawClient(hub.emulator, 'd', { transport });
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    expect((await client.next('publish')).topic).toBe('$iothub/methods/POST/slow/?$rid=1');
    clock.advance(9_999);
    await client.settle();
    clock.advance(1);
    await failed;
    client.publish('$iothub/methods/res/200/?$rid=1', '"late"', { qos: 0 });
    const next = call({});
    expect((await client.next('publish')).topic).toBe('$iothub/methods/POST/slow/?$rid=2');
    client.publish('$iothub/methods/res/200/?$rid=2', '"in time"', { qos: 0 });
    expect(await next).toEqual({ status: 200, payload: 'in time' });
  });
});

it('accepts a service token until five minutes after its expiry, also on an open connection', async () => {
  await using started = await startWithManualClock();
  const { hub, clock } = started;
  const socket = await openTls(hub.emulator, hub.emulator.httpsPort);
  const token = policyTokenOf(hub.emulator, 'iothubowner');
  expect(await statusOf(socket, token)).toBe(200);
  clock.advance(HOUR + 4 * MINUTE);
  expect(await statusOf(socket, token)).toBe(200);
  clock.advance(2 * MINUTE);
  expect(await statusOf(socket, token)).toBe(401);
  expect(await statusOf(socket, policyTokenOf(hub.emulator, 'iothubowner'))).toBe(200);
});

function statusOf(socket: TLSSocket, token: string): Promise<number> {
  socket.write(
    `GET /devices/d?api-version=2021-04-12 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${token}\r\n\r\n`,
  );
  return new Promise((resolve) =>
    socket.once('data', (chunk) => resolve(Number(String(chunk).slice(9, 12)))),
  );
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandomIds } from '../../../emulator/clocks/random-ids.ts';
import { createSystemClock } from '../../../emulator/clocks/system-clock.ts';
import { DEFAULT_HUB_OPTIONS } from '../../../emulator/emulator-options.ts';
import type { Hub } from '../../../emulator/hub/hub.ts';
import { createHub } from '../../../emulator/hub/hub.ts';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { serviceToken } from '../https-client.ts';

const OTHER = 'other.azure-devices.net';

let http: HttpHub;
let other: Hub;

beforeAll(async () => {
  const created = createHub(
    { ...DEFAULT_HUB_OPTIONS, hostNames: [OTHER] },
    { clock: createSystemClock(), ids: createRandomIds(), log: () => undefined },
  );
  if (!created.ok) throw new Error(created.error.message);
  other = created.value;
  http = await startHttpHub({ otherHubs: [other] });
  await http.send('PUT', '/devices/d', { body: {} });
});
afterAll(async () => {
  await http[Symbol.asyncDispose]();
  other.close();
});

/** Counts the devices of the hub that a request with this `Host` header reaches. */
async function countDevices(host: string, resource: string): Promise<number> {
  const authorization = serviceToken('iothubowner', resource);
  const reply = await http.send('GET', '/statistics/devices', { authorization, headers: { Host: host } });
  return reply.body.totalDeviceCount;
}

describe('the Host header', () => {
  it.each([OTHER, `${OTHER}:443`, 'Other.Azure-Devices.NET:8443'])('chooses the hub: %s', async (host) => {
    expect(await countDevices(host, OTHER)).toBe(0);
  });

  it.each(['127.0.0.1', '127.0.0.1:443', '[::1]:443', 'localhost', 'LocalHost:8443', '127.0.0.9'])(
    'reaches the first hub by every loopback name: %s',
    async (host) => {
      expect(await countDevices(host, '127.0.0.1')).toBe(1);
    },
  );

  it.each(['unknown.azure-devices.net', 'localhost.example'])(
    'reaches no hub by another name: %s',
    async (host) => {
      const reply = await http.send('GET', '/statistics/devices', { headers: { Host: host } });
      expect([reply.status, reply.body.Message]).toEqual([401, 'ErrorCode:IotHubNotFound;Unauthorized']);
    },
  );
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../http-hub.ts';
import { serviceToken } from '../https-client.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: { deviceId: 'd' } });
});
afterAll(() => http[Symbol.asyncDispose]());

describe('authorization of a service request', () => {
  it.each<[string, string | null, number]>([
    ['a request without a token', null, 401],
    ['a malformed token', 'SharedAccessSignature nonsense', 401],
    ['another scheme', 'Basic dTpw', 401],
    ['an Entra token', 'Bearer abc.def.ghi', 200],
    ['a token for the devices', serviceToken('iothubowner', '127.0.0.1/devices'), 200],
    ['a token for this device', serviceToken('iothubowner', '127.0.0.1/devices/d'), 200],
    ['a token for another device', serviceToken('iothubowner', '127.0.0.1/devices/dd'), 401],
    ['a token for another hub', serviceToken('iothubowner', 'other.azure-devices.net'), 401],
    ['an unknown policy', serviceToken('nobody'), 401],
    ['a policy without the permission', serviceToken('service'), 401],
  ])('answers %s', async (_title, authorization, status) => {
    const reply = await http.send('GET', '/devices/d', { authorization });
    expect(reply.status).toBe(status);
    if (status === 401) {
      expect(reply.headers['iothub-errorcode']).toBe('IotHubUnauthorizedAccess');
      expect(reply.body.Message).toBe('ErrorCode:IotHubUnauthorizedAccess;Unauthorized');
      const line = http.logLines.findLast(({ event }) => event === 'service-refused');
      expect(line?.fields).toMatchObject({
        operation: 'getDevice',
        resource: 'devices/d',
        reason: expect.any(String),
      });
    }
  });
});

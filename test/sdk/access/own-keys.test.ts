import { request } from 'node:https';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../emulator/domain/identities/client-identity.ts';
import { parseDeviceRequest } from '../../../emulator/domain/identities/identity-request.ts';
import type { JsonObject } from '../../../emulator/domain/json.ts';
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { HUB_NAME, type LogLine, register, userNameOf } from '../../mqtt/mqtt-hub.ts';

type Transport = 'mqtt' | 'https';
const BOTH: readonly Transport[] = ['mqtt', 'https'];

const keyOf = (clientId: string) => Buffer.from(`key of ${clientId}`.padEnd(32)).toString('base64');
const withKeys = (clientId: string): JsonObject => ({
  authentication: {
    type: 'sas',
    symmetricKey: { primaryKey: keyOf(`${clientId} 1`), secondaryKey: keyOf(`${clientId} 2`) },
  },
});
const withThumbprint = {
  authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'A'.repeat(40) } },
};
const CLIENTS: readonly (readonly [string, JsonObject])[] = [
  ['d', withKeys('d')],
  ['d/m', withKeys('d/m')],
  ['d/n', withKeys('d/n')],
  ['d/x', withThumbprint],
  ['e', withKeys('e')],
  ['x', withThumbprint],
  ['x/m', withKeys('x/m')],
  ['was', withKeys('was')],
  ['was/m', withKeys('was/m')],
  ['off', withKeys('off')],
  ['off/m', withKeys('off/m')],
];

let emulator: Emulator;
const log: LogLine[] = [];

beforeAll(async () => {
  emulator = await startEmulator({
    hub: { hostNames: [HUB_NAME] },
    log: (level, event, fields) => log.push({ level, event, fields }),
  });
  for (const [clientId, body] of CLIENTS) register(emulator.hub, clientId, body);
  update('was', withThumbprint);
  update('off', { ...withKeys('off'), status: 'disabled' });
});
afterAll(() => emulator[Symbol.asyncDispose]());

function update(deviceId: string, body: JsonObject): void {
  const request = parseDeviceRequest(deviceId as DeviceId, body);
  const anyEtag = { kind: 'any' } as const;
  if (!request.ok || !emulator.hub.devices.createOrUpdateDevice(request.value, anyEtag).ok)
    throw new Error(`The device ${deviceId} was not updated.`);
}

function tokenOf(scope: string, signedBy: string): string {
  const expirySeconds = Math.floor(Date.now() / 1000) + 60;
  return formatSasToken({ resource: `${HUB_NAME}${scope}`, key: keyOf(signedBy), expirySeconds });
}

/** Presents a token for a client. Returns `accepted`, or the reason of the refusal in the log. */
async function outcomeOf(transport: Transport, clientId: string, token: string): Promise<unknown> {
  log.length = 0;
  const isAccepted = await (transport === 'mqtt' ? connects(clientId, token) : isAuthorized(clientId, token));
  const refusal = log.find(({ event }) => event === 'client-refused');
  expect(refusal === undefined).toBe(isAccepted);
  return isAccepted ? 'accepted' : refusal?.fields['reason'];
}

async function connects(clientId: string, password: string): Promise<boolean> {
  const options = { clientId, username: userNameOf(clientId), password, protocolVersion: 4 } as const;
  const { host, mqttPort } = emulator;
  try {
    const address = `mqtts://${host}:${mqttPort}`;
    const client = await connectAsync(
      address,
      { ...options, rejectUnauthorized: false, reconnectPeriod: 0 },
      false,
    );
    await client.endAsync();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 5 });
    return false;
  }
}

/** Sends telemetry of a device, or invokes a direct method as a module. */
async function isAuthorized(clientId: string, authorization: string): Promise<boolean> {
  const [deviceId, moduleId] = clientId.split('/');
  const isDevice = moduleId === undefined;
  const path = isDevice ? `/devices/${deviceId}/messages/events` : `/twins/${deviceId}/methods`;
  const headers = { authorization, host: HUB_NAME, ...(isDevice ? {} : { 'x-ms-edge-moduleid': clientId }) };
  const body = isDevice ? 'x' : '{"methodName":"m"}';
  const status = await post(`${path}?api-version=2021-04-12`, headers, body);
  // A method reaches no device, because none is connected.
  if (status !== 401) expect(status).toBe(isDevice ? 204 : 404);
  return status !== 401;
}

function post(path: string, headers: Record<string, string>, body: string): Promise<number | undefined> {
  const { host, httpsPort: port } = emulator;
  const options = { host, port, path, headers, method: 'POST', servername: '', rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe.each(BOTH)('token without a policy over %s', (transport) => {
  it.each(['', '/', '/devices', '/devices/', '/devices/d', '/devices/d/', '/Devices/D'])(
    'opens its device with the scope {host}%s',
    async (scope) => {
      for (const key of ['d 1', 'd 2'])
        expect(await outcomeOf(transport, 'd', tokenOf(scope, key))).toBe('accepted');
    },
  );

  const moduleScopes = ['', '/', '/devices', '/devices/d', '/devices/d/modules', '/devices/d/modules/m/'];
  it.each(moduleScopes)(
    'opens a module with a key of the module or its device, and the scope {host}%s',
    async (scope) => {
      for (const key of ['d/m 1', 'd/m 2', 'd 1', 'd 2'])
        expect(await outcomeOf(transport, 'd/m', tokenOf(scope, key))).toBe('accepted');
    },
  );

  it('opens a module with a key of its own if its device has a certificate', async () => {
    expect(await outcomeOf(transport, 'x/m', tokenOf('', 'x/m 1'))).toBe('accepted');
  });

  it.each<[string, string, string, string, string]>([
    ['another device', 'e', 'd 1', '', 'signature-mismatch'],
    ['the device of a module', 'd', 'd/m 1', '', 'signature-mismatch'],
    ['the device of a module, with its scope', 'd', 'd/m 1', '/devices/d', 'signature-mismatch'],
    ['a sibling module', 'd/n', 'd/m 1', '', 'signature-mismatch'],
    ['a module of another device', 'd/m', 'e 1', '', 'signature-mismatch'],
    ['a module of a device with a certificate', 'x/m', 'd 1', '', 'signature-mismatch'],
    ['a module of a device that had a key', 'was/m', 'was 1', '', 'signature-mismatch'],
    ['a module with a certificate', 'd/x', 'd 1', '', 'credential-kind-mismatch'],
    ['a device with a certificate', 'x', 'x/m 1', '', 'credential-kind-mismatch'],
    ['a module of a disabled device', 'off/m', 'off 1', '', 'identity-disabled'],
    ['a module of a disabled device, with its key', 'off/m', 'off/m 1', '', 'identity-disabled'],
    ['a device that the scope does not cover', 'd', 'd 1', '/devices/e', 'audience-mismatch'],
    ['a device, if the scope is its module', 'd', 'd 1', '/devices/d/modules/m', 'audience-mismatch'],
    ['a module, if the scope is a sibling', 'd/n', 'd 1', '/devices/d/modules/m', 'audience-mismatch'],
    ['a module, if the scope is another device', 'd/m', 'd/m 1', '/devices/e', 'audience-mismatch'],
    ['a device, if the scope is a part of its id', 'd', 'd 1', '/dev', 'audience-mismatch'],
    ['a device, if the scope is a twin', 'd', 'd 1', '/twins', 'audience-mismatch'],
    ['a device that is not registered', 'none', 'd 1', '', 'device-unknown'],
    ['a module that is not registered', 'd/none', 'd 1', '', 'module-unknown'],
  ])('does not open %s: %s by the key %s and the scope {host}%s', async (_what, id, key, scope, reason) => {
    expect(await outcomeOf(transport, id, tokenOf(scope, key))).toBe(reason);
  });

  it('opens its device with the scope {host}/{deviceId} over HTTPS only', async () => {
    const expected = transport === 'https' ? 'accepted' : 'audience-mismatch';
    expect(await outcomeOf(transport, 'd', tokenOf('/d', 'd 1'))).toBe(expected);
    expect(await outcomeOf(transport, 'd', tokenOf('/e', 'd 1'))).toBe('audience-mismatch');
    expect(await outcomeOf(transport, 'e', tokenOf('/e', 'd 1'))).not.toBe('accepted');
  });
});

import iotCommon from 'azure-iot-common';
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

const WRONG_KEY = Buffer.alloc(32, 7).toString('base64');

/** Returns the error and the logged reason with which a device with this token is refused. */
async function refusalOf(deviceId: string, token: string): Promise<{ error: string; reason: unknown }> {
  const { host, mqttPort, authorityPem } = hub.emulator;
  const provider = iotDevice.SharedAccessSignatureAuthenticationProvider.fromSharedAccessSignature(token);
  const transport = new iotDeviceMqtt.Mqtt(provider);
  const client = new iotDevice.Client(transport);
  const credentials = provider as unknown as { _credentials: Record<string, string> };
  Object.assign(credentials._credentials, {
    deviceId,
    host: hub.hostName,
    gatewayHostName: `${host}:${mqttPort}`,
  });
  await client.setOptions({ ca: authorityPem });
  try {
    await client.open();
    return { error: 'none', reason: undefined };
  } catch (error) {
    return { error: (error as Error).name, reason: lastRefusal(deviceId) };
  } finally {
    await client.close().catch(() => undefined);
  }
}

function lastRefusal(deviceId: string): unknown {
  return hub.log.findLast(
    ({ event, fields }) => event === 'client-refused' && fields['deviceId'] === deviceId,
  )?.fields['reason'];
}

function tokenOf(
  resource: string,
  key: string,
  secondsFromNow: number,
  policyName: string | null = null,
): string {
  const expiry = Math.floor(Date.now() / 1000) + secondsFromNow;
  return iotCommon.SharedAccessSignature.create(resource, policyName as string, key, expiry).toString();
}

describe('device with a SAS token', () => {
  let deviceId: string;
  let keys: { primaryKey: string; secondaryKey: string };
  beforeAll(async () => {
    deviceId = (await hub.provision({ deviceId: 'sas-device' })).deviceId;
    const { responseBody } = await hub.registry().get(deviceId);
    keys = responseBody.authentication?.symmetricKey as typeof keys;
  });
  const resource = () => `${hub.hostName}/devices/${deviceId}`;

  it('is accepted with its primary key, its secondary key and within the clock skew', async () => {
    for (const [key, seconds] of [
      [keys.primaryKey, 60],
      [keys.secondaryKey, 60],
      [keys.primaryKey, -120],
    ] as const) {
      expect(await refusalOf(deviceId, tokenOf(encodeURIComponent(resource()), key, seconds))).toMatchObject({
        error: 'none',
      });
    }
  });

  it('is accepted with a policy that has DeviceConnect permission, and refused with another policy', async () => {
    const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
    expect(await refusalOf(deviceId, tokenOf(hub.hostName, key, 60, 'device'))).toMatchObject({
      error: 'none',
    });
    expect(await refusalOf(deviceId, tokenOf(hub.hostName, key, 60, 'service'))).toEqual({
      error: 'UnauthorizedError',
      reason: 'permission-missing',
    });
    expect(await refusalOf(deviceId, tokenOf(hub.hostName, key, 60, 'missing'))).toMatchObject({
      reason: 'policy-unknown',
    });
  });

  it.each<[string, () => string]>([
    ['signature-mismatch', () => tokenOf(encodeURIComponent(resource()), WRONG_KEY, 60)],
    ['token-expired', () => tokenOf(encodeURIComponent(resource()), keys.primaryKey, -600)],
    [
      'audience-mismatch',
      () => tokenOf(encodeURIComponent(`${hub.hostName}/devices/another`), keys.primaryKey, 60),
    ],
    [
      'audience-mismatch',
      () => tokenOf(encodeURIComponent(`other.iothub.test/devices/${deviceId}`), keys.primaryKey, 60),
    ],
  ])('is refused, and the log contains the reason %s', async (reason, token) => {
    expect(await refusalOf(deviceId, token())).toEqual({ error: 'UnauthorizedError', reason });
  });

  it('is refused if it is not registered or is disabled', async () => {
    const unknown = tokenOf(encodeURIComponent(`${hub.hostName}/devices/missing`), WRONG_KEY, 60);
    expect(await refusalOf('missing', unknown)).toEqual({
      error: 'UnauthorizedError',
      reason: 'device-unknown',
    });
    const disabled = await hub.registry().create({ deviceId: 'disabled-device', status: 'disabled' });
    const key = disabled.responseBody.authentication?.symmetricKey?.primaryKey ?? '';
    const token = tokenOf(encodeURIComponent(`${hub.hostName}/devices/disabled-device`), key, 60);
    expect(await refusalOf('disabled-device', token)).toEqual({
      error: 'UnauthorizedError',
      reason: 'identity-disabled',
    });
  });
});

describe.each(['mqtt', 'mqtt-ws'] as const)('client over %s', (transport) => {
  it.each(['symmetricKey', 'selfSigned', 'certificateAuthority'] as const)(
    'connects as a device with %s authentication',
    async (authentication) => {
      const device = await hub.provision({ authentication });
      const client = await device.connect(transport);
      await hub.untilConnected(device);
      await client.close();
      await hub.untilDisconnected(device);
    },
  );

  it.each(['symmetricKey', 'selfSigned', 'certificateAuthority'] as const)(
    'connects as a module with %s authentication',
    async (authentication) => {
      const module = await hub.provision({ moduleId: true, authentication });
      const client = await module.connect(transport);
      await hub.untilConnected(module);
      await client.close();
    },
  );
});

describe('device certificate', () => {
  async function refusal(deviceId: string, files: { cert: string; key: string }): Promise<unknown> {
    const { host, mqttPort, authorityPem } = hub.emulator;
    const provider = new iotDevice.X509AuthenticationProvider({
      host: hub.hostName,
      deviceId,
      gatewayHostName: `${host}:${mqttPort}`,
    });
    const client = iotDevice.Client.fromAuthenticationProvider(provider, iotDeviceMqtt.Mqtt);
    await client.setOptions({ ca: authorityPem, ...files } as never);
    await expect(client.open()).rejects.toThrow('Not authorized');
    await client.close().catch(() => undefined);
    return lastRefusal(deviceId);
  }
  const issue = async (deviceId: string, signer: 'authority' | 'self') => {
    const { certificatePem: cert, keyPem: key } = await hub.emulator.issueCertificate(
      { deviceId } as never,
      signer,
    );
    return { cert, key };
  };

  it('is refused if its thumbprint is not registered', async () => {
    const device = await hub.provision({ authentication: 'selfSigned' });
    expect(await refusal(device.deviceId, await issue(device.deviceId, 'self'))).toBe('thumbprint-mismatch');
  });

  it('is refused if its common name is not the device id', async () => {
    const device = await hub.provision({ authentication: 'certificateAuthority' });
    expect(await refusal(device.deviceId, await issue('another-device', 'authority'))).toBe(
      'common-name-mismatch',
    );
  });

  it('is refused if the hub does not trust its authority', async () => {
    const device = await hub.provision({ authentication: 'certificateAuthority' });
    await using otherHub = await startHubWithEmulator();
    const { certificatePem: cert, keyPem: key } = await otherHub.emulator.issueCertificate(
      { deviceId: device.deviceId } as never,
      'authority',
    );
    expect(await refusal(device.deviceId, { cert, key })).toBe('untrusted-authority');
  });

  it('is refused if the device is registered with symmetric keys', async () => {
    const device = await hub.provision();
    expect(await refusal(device.deviceId, await issue(device.deviceId, 'self'))).toBe(
      'credential-kind-mismatch',
    );
  });
});

it('closes a connection with an expired token after the grace time and not before', async () => {
  await using strict = await startHubWithEmulator({ clock: 'manual', tokenGraceSeconds: 30 });
  const device = await strict.provision();
  // The tokens of the SDK are valid for an hour.
  const client = await device.connect();
  // The steps are shorter than the keep-alive, so only the token can end the connection.
  for (let passed = 0; passed < 3600 + 25; passed += 125) {
    strict.clock?.advance(125_000);
    await expect(client.getTwin()).resolves.toBeDefined();
  }
  const disconnected = new Promise((resolve) => client.once('disconnect', resolve));
  client.setRetryPolicy(new iotCommon.NoRetry());
  strict.clock?.advance(10_000);
  await disconnected;
  expect(strict.log.findLast(({ event }) => event === 'client-disconnected')?.fields['reason']).toBe(
    'token-expired',
  );
});

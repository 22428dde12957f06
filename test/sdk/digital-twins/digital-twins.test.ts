import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, report, startHub, untilDesired } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';

let hub: LocalHub;
let digitalTwins: iothub.DigitalTwinClient;

beforeAll(async () => {
  hub = await startHub();
  digitalTwins = hub.digitalTwinClient();
});
afterAll(() => hub[Symbol.asyncDispose]());

const MODEL_ID = 'dtmi:com:example:TemperatureController;1';
// Every RestError of the SDK has the name Error.
const DEVICE_NOT_FOUND = { error: 'Error', code: 'DeviceNotFound' };

async function connectedDevice() {
  const device = await hub.provision();
  const client = await device.connect('mqtt', { modelId: MODEL_ID });
  return { device, client, twin: await client.getTwin() };
}

describe('DigitalTwinClient.getDigitalTwin', () => {
  it('returns the digital twin of a device without a model', async () => {
    const { deviceId } = await hub.provision();
    const twin = await digitalTwins.getDigitalTwin(deviceId);
    expect(twin).toMatchObject({ $dtId: deviceId, $metadata: { $model: '' } });
    expect(twin?._response.parsedHeaders.eTag).toBe('"AAAAAAAAAAE="');
  });

  it('returns the model, the components and the acknowledged properties', async () => {
    const { device, twin } = await connectedDevice();
    await digitalTwins.updateDigitalTwin(device.deviceId, [
      { op: 'add', path: '/thermostat1', value: { targetTemperature: 21.8, $metadata: {} } },
    ]);
    await report(twin, {
      serialNumber: 'ABC',
      thermostat1: {
        __t: 'c',
        maxTemp: 25.3,
        targetTemperature: { value: 21.8, ac: 200, av: 2, ad: 'done' },
      },
    });
    expect(await digitalTwins.getDigitalTwin(device.deviceId)).toMatchObject({
      $dtId: device.deviceId,
      serialNumber: 'ABC',
      thermostat1: {
        maxTemp: 25.3,
        targetTemperature: 21.8,
        $metadata: {
          maxTemp: { lastUpdateTime: expect.any(String) },
          targetTemperature: {
            desiredValue: 21.8,
            desiredVersion: 2,
            ackVersion: 2,
            ackCode: 200,
            ackDescription: 'done',
          },
        },
      },
      $metadata: { $model: MODEL_ID, serialNumber: { lastUpdateTime: expect.any(String) } },
    });
  });

  it('is refused for a missing device', async () => {
    expect(await failureOf(digitalTwins.getDigitalTwin('missing'))).toEqual(DEVICE_NOT_FOUND);
  });
});

describe('DigitalTwinClient.updateDigitalTwin', () => {
  it('updates desired properties, which the device receives', async () => {
    const { device, twin } = await connectedDevice();
    const patch = untilDesired(twin, ({ $version }) => $version === 2);
    await hub.untilSubscribed(device, 'desiredProperties');
    const operations = [{ op: 'add', path: '/targetTemperature', value: 21.5 }];
    // The answer has no body, so only a callback receives its headers.
    const answered = await new Promise<unknown[]>((resolve) => {
      digitalTwins.updateDigitalTwin(device.deviceId, operations, (...values) => resolve(values));
    });
    expect(answered).toMatchObject([
      null,
      undefined,
      {
        status: 202,
        parsedHeaders: { eTag: '"AAAAAAAAAAI="', location: `/digitaltwins/${device.deviceId}` },
      },
    ]);
    expect(await patch).toEqual({ targetTemperature: 21.5, $version: 2 });
  });

  it('updates if the etag matches and is refused if it is outdated', async () => {
    const { deviceId } = await hub.provision();
    const patch = [{ op: 'add', path: '/level', value: 1 }];
    const eTag = (await digitalTwins.getDigitalTwin(deviceId))?._response.parsedHeaders.eTag;
    await digitalTwins.updateDigitalTwin(deviceId, patch, eTag);
    expect(await failureOf(digitalTwins.updateDigitalTwin(deviceId, patch, eTag))).toEqual({
      error: 'Error',
      code: 'PreconditionFailed',
    });
    await digitalTwins.updateDigitalTwin(deviceId, patch, '*');
  });

  it.each<[string, string, string, object]>([
    ['an unsupported operation', 'any', 'InvalidDigitalTwinJsonPatch', { op: 'copy', path: '/a' }],
    ['an invalid path', 'any', 'InvalidDigitalTwinPatchPath', { op: 'add', path: 'a', value: 1 }],
    ['an invalid name', 'any', 'InvalidDigitalTwinPatchPath', { op: 'add', path: '/1a', value: 1 }],
    ['an array', 'any', 'InvalidDigitalTwinPayload', { op: 'add', path: '/a', value: [1] }],
    ['a missing device', 'missing', 'DeviceNotFound', { op: 'add', path: '/a', value: 1 }],
  ])('is refused with %s', async (_what, deviceId, code, operation) => {
    await hub
      .registry()
      .create({ deviceId: 'any' })
      .catch(() => undefined);
    expect(await failureOf(digitalTwins.updateDigitalTwin(deviceId, [operation]))).toEqual({
      error: 'Error',
      code,
    });
  });
});

describe('DigitalTwinClient.invokeCommand', () => {
  it('invokes a command of a device and returns status and payload', async () => {
    const { device, client } = await connectedDevice();
    client.onDeviceMethod(
      'reboot',
      (request, response) => void response.send(202, { after: request.payload }),
    );
    await hub.untilSubscribed(device, 'methods');
    const answer = await digitalTwins.invokeCommand(device.deviceId, 'reboot', 5);
    expect(answer).toMatchObject({ xMsCommandStatuscode: 202, body: { after: 5 } });
    expect(answer?._response.status).toBe(200);
  });

  it('invokes a command of a component', async () => {
    const { device, client } = await connectedDevice();
    client.onDeviceMethod('thermostat1*getReport', (request, response) => {
      void response.send(200, { since: request.payload });
    });
    await hub.untilSubscribed(device, 'methods');
    const answer = await digitalTwins.invokeComponentCommand(
      device.deviceId,
      'thermostat1',
      'getReport',
      '2026-01-01',
    );
    expect(answer).toMatchObject({ xMsCommandStatuscode: 200, body: { since: '2026-01-01' } });
  });

  it('waits for the device to connect', async () => {
    const device = await hub.provision();
    const timeouts = { connectTimeoutInSeconds: 20, responseTimeoutInSeconds: 30 };
    const answer = digitalTwins.invokeCommand(device.deviceId, 'reboot', {}, timeouts as never);
    const client = await device.connect();
    client.onDeviceMethod('reboot', (_request, response) => void response.send(200, null));
    expect(await answer).toMatchObject({ xMsCommandStatuscode: 200 });
  });

  it('is refused for a missing or offline device and with an invalid timeout', async () => {
    const { deviceId } = await hub.provision();
    expect(await failureOf(digitalTwins.invokeCommand('missing', 'reboot', {}))).toEqual(DEVICE_NOT_FOUND);
    expect(await failureOf(digitalTwins.invokeComponentCommand(deviceId, 'c', 'reboot', {}))).toEqual({
      error: 'Error',
      code: 'DeviceNotOnline',
    });
    const tooShort = { responseTimeoutInSeconds: 4 };
    expect(await failureOf(digitalTwins.invokeCommand(deviceId, 'reboot', {}, tooShort as never))).toEqual({
      error: 'Error',
      code: 'ArgumentInvalid',
    });
  });
});

it('requires the ServiceConnect permission for every call of DigitalTwinClient', async () => {
  const other = hub.digitalTwinClient(hub.connectionStringOf('registryReadWrite'));
  for (const call of [
    other.getDigitalTwin('any'),
    other.updateDigitalTwin('any', []),
    other.invokeCommand('any', 'reboot', {}),
  ]) {
    expect(await failureOf(call)).toEqual({ error: 'Error', code: 'IotHubUnauthorizedAccess' });
  }
});

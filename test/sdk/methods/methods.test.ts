import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import iotCommon from 'azure-iot-common';
import type { Client, DeviceMethodRequest, DeviceMethodResponse, ModuleClient } from 'azure-iot-device';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent, withAgent } from '../../../harness/clients/wiring.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { errorOf, failureOf } from '../failures.ts';
import { transportsThat } from '../transports.ts';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

type Handler = (request: DeviceMethodRequest, response: DeviceMethodResponse) => void;

function answer(client: Client | ModuleClient, methodName: string, handler: Handler): void {
  if ('onMethod' in client) client.onMethod(methodName, handler as never);
  else client.onDeviceMethod(methodName, handler);
}

const echo: Handler = (request, response) => void response.send(200, request.payload);

/** Returns a promise with its resolver. */
function createDeferred<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe.each(transportsThat('answerMethods'))('client over %s', (transport) => {
  describe.each([
    ['device', undefined],
    ['module', true],
  ] as const)('%s client', (_kind, moduleId) => {
    const provision = (on = hub) => (moduleId === undefined ? on.provision() : on.provision({ moduleId }));

    async function connected(methodName: string, handler: Handler, on = hub) {
      const name = await provision(on);
      const client = await name.connect(transport);
      answer(client, methodName, handler);
      await on.untilSubscribed(name, 'methods');
      return { name, client };
    }

    it('receives any JSON payload unchanged and returns any response payload', async () => {
      const { name, client } = await connected('echo', echo);
      const payloads = [
        null,
        '',
        'text "quoted"',
        0,
        21.5,
        true,
        false,
        [],
        [1, null, 'ü'],
        {},
        { a: { b: [] } },
      ];
      for (const payload of payloads) {
        expect(await hub.invokeMethod(name, 'echo', payload)).toEqual({ status: 200, payload });
      }
      expect(await hub.invokeMethod(name, 'echo')).toEqual({ status: 200, payload: null });
      await client.close();
    });

    it('receives and returns a payload of nearly the maximum size', async () => {
      const { name, client } = await connected('echo', echo);
      const payload = 'x'.repeat(131_000);
      expect((await hub.invokeMethod(name, 'echo', payload)).payload === payload).toBe(true);
      await client.close();
    });

    it('returns any status, which does not fail the call', async () => {
      const { name, client } = await connected('status', (request, response) => {
        void response.send(request.payload);
      });
      for (const status of [200, 202, 404, 500, -1]) {
        expect(await hub.invokeMethod(name, 'status', status)).toEqual({ status, payload: null });
      }
      await client.close();
    });

    it('receives a call that waits for its connection', async () => {
      const name = await provision();
      const call = hub.invokeMethod(name, 'echo', 1, { connectTimeoutInSeconds: 20 });
      const client = await name.connect(transport);
      answer(client, 'echo', echo);
      expect(await call).toEqual({ status: 200, payload: 1 });
      await client.close();
    });

    it('is not online for calls if it is connected without a method subscription', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const error = await errorOf(hub.invokeMethod(name, 'echo'));
      expect(error.message).toBe('Not found');
      const { Message } = JSON.parse(error.responseBody ?? '');
      expect(JSON.parse(Message)).toMatchObject({
        errorCode: 404103,
        message: expect.stringContaining("hasn't registered the direct method callback"),
      });
      await client.close();
    });

    it('fails the call with a timeout if it does not respond in time, and answers the next one', async () => {
      await using slowHub = await startHubWithEmulator({ clock: 'manual' });
      const arrived = createDeferred<DeviceMethodResponse>();
      const { name, client } = await connected(
        'slow',
        (_request, response) => arrived.resolve(response),
        slowHub,
      );
      answer(client, 'echo', echo);
      const call = slowHub.invokeMethod(name, 'slow', null, { responseTimeoutInSeconds: 5 });
      const late = await arrived.promise;
      slowHub.clock?.advance(5000);
      expect(await failureOf(call)).toEqual({ error: 'GatewayTimeoutError', code: 'GatewayTimeout' });
      await late.send(200, 'too late');
      expect(await slowHub.invokeMethod(name, 'echo', 1)).toEqual({ status: 200, payload: 1 });
    });

    it('fails the call as not online if it does not connect in time', async () => {
      await using slowHub = await startHubWithEmulator({ clock: 'manual' });
      const name = await provision(slowHub);
      const call = slowHub.invokeMethod(name, 'echo', null, { connectTimeoutInSeconds: 10 });
      let isSettled = false;
      const failure = failureOf(call).finally(() => {
        isSettled = true;
      });
      // The test cannot observe when the call has reached the hub. So it advances one second a turn until the answer.
      while (!isSettled) {
        slowHub.clock?.advance(1000);
        await setImmediate();
      }
      expect(await failure).toEqual({ error: 'Error', code: 'DeviceNotOnline' });
    });

    it('fails the call immediately if it disconnects', async () => {
      const { name, client } = await connected('leave', () => void client.close());
      expect(await failureOf(hub.invokeMethod(name, 'leave'))).toEqual({
        error: 'Error',
        code: 'DeviceConnectionClosedRemotely',
      });
    });

    it('fails the call immediately if it is deleted', async () => {
      const { name } = await connected('vanish', () => void hub.registry().delete(name.deviceId));
      expect(await failureOf(hub.invokeMethod(name, 'vanish'))).toEqual({
        error: 'Error',
        code: 'DeviceNotFound',
      });
    });

    it('accepts a hundred concurrent calls and no more', async () => {
      const waiting: DeviceMethodResponse[] = [];
      const full = createDeferred();
      const { name, client } = await connected('wait', (_request, response) => {
        waiting.push(response);
        if (waiting.length === 100) full.resolve();
      });
      const calls = Array.from({ length: 100 }, (_value, index) => hub.invokeMethod(name, 'wait', index));
      await full.promise;
      expect(await failureOf(hub.invokeMethod(name, 'wait'))).toEqual({
        error: 'TooManyDevicesError',
        code: 'DeviceMaximumInflightMethodExceeded',
      });
      for (const response of waiting.reverse()) void response.send(200, response.requestId);
      const payloads = (await Promise.all(calls)).map(({ payload }) => payload);
      expect(new Set(payloads).size).toBe(100);
      await client.close();
    });
  });
});

it('returns its own response to each of hundreds of concurrent calls to several devices', async () => {
  const waiting: (() => void)[] = [];
  const all = createDeferred();
  const names = await Promise.all(
    Array.from({ length: 5 }, async () => {
      const name = await hub.provision();
      const client = await name.connect();
      client.onDeviceMethod('echo', (request, response) => {
        waiting.push(() => void response.send(200, { from: name.deviceId, payload: request.payload }));
        if (waiting.length === 300) all.resolve();
      });
      await hub.untilSubscribed(name, 'methods');
      return name;
    }),
  );
  const calls = names.flatMap((name) =>
    Array.from({ length: 60 }, async (_value, index) => {
      expect(await hub.invokeMethod(name, 'echo', index)).toEqual({
        status: 200,
        payload: { from: name.deviceId, payload: index },
      });
    }),
  );
  await all.promise;
  for (const send of waiting) send();
  await Promise.all(calls);
});

describe('a direct method without a payload', () => {
  it('is refused by the device client of the SDK itself, as with IoT Hub', async () => {
    const device = await hub.provision();
    (await device.connect()).onDeviceMethod('echo', echo);
    await hub.untilSubscribed(device, 'methods');
    const agent = createAgent({ ...hub.emulator, hostName: hub.hostName });
    const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
    const expiry = Math.ceil(Date.now() / 1000) + 60;
    const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'iothubowner', key, expiry);
    const headers = { Authorization: token.toString(), 'Content-Type': 'application/json' };
    const path = `/twins/${device.deviceId}/methods?api-version=2021-04-12`;
    const sent = request({ agent, host: hub.hostName, method: 'POST', path, headers });
    // The Java client omits a payload that is null.
    sent.end(JSON.stringify({ methodName: 'echo' }));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect(JSON.parse(await text(response))).toEqual({
      status: 400,
      payload: expect.stringContaining('Unexpected end of JSON input'),
    });
    expect(await hub.invokeMethod(device, 'echo')).toEqual({ status: 200, payload: null });
  });
});

describe('service', () => {
  it('invokes a method of a device or a module with the service client', async () => {
    const service = hub.serviceClient();
    const module = await hub.provision({ moduleId: true });
    (await module.connect()).onMethod('echo', echo as never);
    await hub.untilSubscribed(module, 'methods');
    const call = { methodName: 'echo', payload: 1 };
    const { result, message } = await service.invokeDeviceMethod(
      module.deviceId,
      module.moduleId ?? '',
      call,
    );
    expect(result).toEqual({ status: 200, payload: 1 });
    expect(message.statusCode).toBe(200);
    const device = await hub.provision();
    (await device.connect()).onDeviceMethod('echo', echo);
    await hub.untilSubscribed(device, 'methods');
    const answered = await service.invokeDeviceMethod(device.deviceId, { methodName: 'echo', payload: 2 });
    expect(answered.result).toEqual({ status: 200, payload: 2 });
  });

  it.each<[string, string, string, Parameters<HubWithEmulator['invokeMethod']>]>([
    ['of a missing device', 'Error', 'DeviceNotFound', [{ deviceId: 'missing' }, 'a']],
    ['of a missing module', 'Error', 'ModuleNotFound', [{ deviceId: 'offline', moduleId: 'missing' }, 'a']],
    ['of a device that is not online', 'Error', 'DeviceNotOnline', [{ deviceId: 'offline' }, 'a']],
    ['of a disabled device', 'Error', 'DeviceNotOnline', [{ deviceId: 'disabled' }, 'a']],
    [
      'with a timeout that is too short',
      'ArgumentError',
      'ArgumentInvalid',
      [{ deviceId: 'offline' }, 'a', null, { responseTimeoutInSeconds: 4 }],
    ],
    [
      'with a timeout that is too long',
      'ArgumentError',
      'ArgumentInvalid',
      [{ deviceId: 'offline' }, 'a', null, { responseTimeoutInSeconds: 301 }],
    ],
    [
      'with a connect timeout over the response timeout',
      'ArgumentError',
      'ArgumentInvalid',
      [{ deviceId: 'offline' }, 'a', null, { connectTimeoutInSeconds: 31 }],
    ],
    [
      'with a name that is too long',
      'ArgumentError',
      'ArgumentInvalid',
      [{ deviceId: 'offline' }, 'a'.repeat(101)],
    ],
    [
      'with a payload that is too large',
      'ArgumentError',
      'ArgumentInvalid',
      [{ deviceId: 'offline' }, 'a', 'x'.repeat(131_072)],
    ],
  ])('cannot invoke a method %s', async (_what, error, code, parameters) => {
    await hub
      .registry()
      .addDevices([{ deviceId: 'offline' }, { deviceId: 'disabled', status: 'disabled' }])
      .catch(() => undefined);
    expect(await failureOf(hub.invokeMethod(...parameters))).toEqual({ error, code });
  });

  it('requires the ServiceConnect permission', async () => {
    const service = hub.serviceClient(hub.connectionStringOf('registryReadWrite'));
    expect(await failureOf(service.invokeDeviceMethod('any', { methodName: 'a' }))).toMatchObject({
      error: 'UnauthorizedError',
    });
  });
});

describe.each(transportsThat('invokeMethodsOfOthers'))('module over %s', (transport) => {
  it('invokes methods of its device and of sibling modules', async () => {
    const device = await hub.provision();
    const [caller, sibling] = [
      await hub.provision({ deviceId: device.deviceId, moduleId: true }),
      await hub.provision({ deviceId: device.deviceId, moduleId: true }),
    ];
    (await device.connect()).onDeviceMethod('echo', echo);
    (await sibling.connect()).onMethod('echo', echo as never);
    await hub.untilSubscribed(device, 'methods');
    await hub.untilSubscribed(sibling, 'methods');
    const client = await caller.connect(transport);
    const call = {
      methodName: 'echo',
      payload: { a: 1 },
      responseTimeoutInSeconds: 10,
      connectTimeoutInSeconds: 0,
    };
    expect(await client.invokeMethod(device.deviceId, call)).toEqual({ status: 200, payload: { a: 1 } });
    expect(await client.invokeMethod(device.deviceId, sibling.moduleId ?? '', call)).toEqual({
      status: 200,
      payload: { a: 1 },
    });
    await client.close();
  });

  it('invokes methods if it authenticates with a certificate', async () => {
    const caller = await hub.provision({ moduleId: true, authentication: 'selfSigned' });
    const client = await caller.connect(transport);
    const call = { methodName: 'a', payload: null, responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 0 };
    expect(await failureOf(client.invokeMethod(caller.deviceId, call))).toMatchObject({
      code: 'DeviceNotOnline',
    });
    await client.close();
  });

  it('receives the error of a refused call', async () => {
    const caller = await hub.provision({ moduleId: true });
    const otherDevice = await hub.provision();
    const client = await caller.connect(transport);
    const call = { methodName: 'a', payload: null, responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 0 };
    expect(await failureOf(client.invokeMethod(caller.deviceId, call))).toEqual({
      error: 'Error',
      code: 'DeviceNotOnline',
    });
    expect(await failureOf(client.invokeMethod(caller.deviceId, 'missing', call))).toEqual({
      error: 'Error',
      code: 'ModuleNotFound',
    });
    expect(await failureOf(client.invokeMethod(otherDevice.deviceId, call))).toEqual({
      error: 'UnauthorizedError',
      code: 'IotHubUnauthorized',
    });
    await client.close();
  });
});

describe('service client credentials', () => {
  it('are a connection string, a SAS token or a Microsoft Entra credential', async () => {
    const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
    const expiry = Math.floor(Date.now() / 1000) + 60;
    const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'service', key, expiry);
    const getToken = async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 });
    const agent = createAgent({ ...hub.emulator, hostName: hub.hostName });
    for (const service of [
      iothub.Client.fromConnectionString(hub.connectionString),
      iothub.Client.fromSharedAccessSignature(token.toString()),
      iothub.Client.fromTokenCredential(hub.hostName, { getToken }),
    ]) {
      const call = withAgent(service, agent).invokeDeviceMethod('missing', { methodName: 'a' });
      expect(await failureOf(call)).toMatchObject({ code: 'DeviceNotFound' });
    }
  });
});

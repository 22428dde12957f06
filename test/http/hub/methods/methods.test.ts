import { once } from 'node:events';
import iotDevice from 'azure-iot-device';
import iotDeviceMqtt from 'azure-iot-device-mqtt';
import iothub from 'azure-iothub';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createManualClock, type ManualClock } from '../../../../emulator/clocks/manual-clock.ts';
import {
  type ClientIdentity,
  parseClientIdentity,
} from '../../../../emulator/domain/identities/client-identity.ts';
import type { MethodRequest, MethodResponse } from '../../../../emulator/domain/methods/method.ts';
import type { ClientSession } from '../../../../emulator/hub/sessions/client-session.ts';
import { type HttpHub, restClientOf, startHttpHub } from '../../http-hub.ts';
import { clientToken, HOST_NAME, type Reply, serviceToken } from '../../https-client.ts';
import { exchange } from '../../raw-exchange.ts';

let http: HttpHub;
let clock: ManualClock;
let timers: EventTarget;

beforeEach(async () => {
  clock = createManualClock(Date.now());
  timers = new EventTarget();
  const schedule: ManualClock['schedule'] = (delay, run) => {
    timers.dispatchEvent(new Event('scheduled'));
    return clock.schedule(delay, run);
  };
  http = await startHttpHub({ clock: { ...clock, schedule } });
  await http.send('PUT', '/devices/d', { body: {} });
  await http.send('PUT', '/devices/d/modules/m', { body: {} });
});
afterEach(() => http[Symbol.asyncDispose]());

/** Connects a client that subscribes to methods. If `answer` returns undefined, it does not respond. */
function connectClient(
  clientId: string,
  answer: (request: MethodRequest) => MethodResponse | undefined,
): ClientSession {
  const nothing = () => undefined;
  const session: ClientSession = http.hub.sessions.open(
    { identity: identityOf(clientId), method: { scope: 'device', type: 'sas' } },
    {
      acceptsMethod: () => true,
      receptionOf: () => 'none',
      acceptsInputMessage: () => false,
      deliverDesiredPatch: nothing,
      deliverMessage: nothing,
      deliverInputMessage: () => false,
      close: nothing,
      deliverMethodRequest: (request) => {
        const response = answer(request);
        if (response !== undefined) session.sendMethodResponse(request.requestId, response);
      },
    },
  );
  session.begin();
  session.subscribe('methods');
  return session;
}

function identityOf(clientId: string): ClientIdentity {
  const [deviceId = '', moduleId] = clientId.split('/');
  const identity = parseClientIdentity(deviceId, moduleId);
  if (!identity.ok) throw new Error(identity.error.message);
  return identity.value;
}

const invoke = (body: unknown, path = '/twins/d/methods') => http.send('POST', path, { body });

/** Returns the body of an answer that may not be JSON. */
async function postRaw(path: string, body: string): Promise<string | undefined> {
  const socket = await http.connect();
  const head =
    `POST ${path}?api-version=2021-04-12 HTTP/1.1\r\nHost: ${HOST_NAME}\r\n` +
    `Authorization: ${serviceToken()}\r\nContent-Length: ${body.length}\r\n\r\n`;
  const reply = await exchange(socket, head, body);
  socket.destroy();
  return reply?.body;
}

/** Returns the number in the JSON document of an error. */
function numberOf(reply: Reply): number {
  expect(reply.body.ExceptionMessage).toBe('');
  return JSON.parse(reply.body.Message).errorCode;
}

describe('a direct method', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    ['', '""'],
    ['text', '"text"'],
    [0, '0'],
    [false, 'false'],
    [[1, { a: null }], '[1,{"a":null}]'],
    [{ a: 1 }, '{"a":1}'],
  ])('transports the payload %j to the device and back', async (payload, text) => {
    const requests: MethodRequest[] = [];
    connectClient('d', (request) => {
      requests.push(request);
      return { status: 200, payload: request.payload };
    });
    const reply = await invoke({ methodName: 'echo', payload });
    expect(reply.status).toBe(200);
    expect(reply.text).toBe(`{"status":200,"payload":${text}}`);
    expect(requests).toMatchObject([{ name: 'echo', payload: text }]);
  });

  it('has an empty body for the device if the caller sends no payload', async () => {
    const payloads: string[] = [];
    connectClient('d', ({ payload }) => {
      payloads.push(payload);
      return { status: 200, payload };
    });
    expect((await invoke({ methodName: 'echo' })).text).toBe('{"status":200,"payload":null}');
    expect(await http.send('POST', '/digitaltwins/d/commands/echo')).toMatchObject({ text: 'null' });
    await http.send('POST', '/digitaltwins/d/components/fan/commands/echo', { body: 'null' });
    expect(payloads).toEqual(['', '', 'null']);
  });

  it('is invoked as Azure CLI does it, with timeouts that are strings', async () => {
    const requests: MethodRequest[] = [];
    connectClient('d', (request) => {
      requests.push(request);
      return { status: 200, payload: request.payload };
    });
    const body =
      '{"methodName": "reboot", "payload": {"delay": "30", "now": "true"}, ' +
      '"responseTimeoutInSeconds": "30", "connectTimeoutInSeconds": "30"}';
    expect(await invoke(body)).toMatchObject({
      status: 200,
      text: '{"status":200,"payload":{"delay":"30","now":"true"}}',
    });
    expect(requests).toMatchObject([{ name: 'reboot', payload: '{"delay":"30","now":"true"}' }]);
  });

  it('is invoked with a body that is almost JSON, and gets its payload as JSON', async () => {
    connectClient('d', ({ payload }) => ({ status: 200, payload }));
    const body = "{methodName: 'reboot', payload: {delay: '30', exact: 1.0, list: ['5', 5,],}, /* fast */}";
    expect((await invoke(body)).text).toBe(
      '{"status":200,"payload":{"delay":"30","exact":1.0,"list":["5",5]}}',
    );
    const command = await http.send('POST', '/digitaltwins/d/commands/reboot', { body: "{delay: '30'}" });
    expect(command.text).toBe('{"delay":"30"}');
  });

  it.each(['30.0', 'thirty', '4'])('is refused with the response timeout "%s"', async (seconds) => {
    const reply = await invoke({ methodName: 'reboot', responseTimeoutInSeconds: seconds });
    expect(reply.status).toBe(400);
    expect(reply.text).toContain('between 5 and 300');
  });

  it('returns the status of the device unchanged', async () => {
    connectClient('d', () => ({ status: 500, payload: '{"why":1.0}' }));
    const reply = await invoke({ methodName: 'fail' });
    expect(reply).toMatchObject({ status: 200, text: '{"status":500,"payload":{"why":1.0}}' });
  });

  it('has a null payload if the device responds with an empty payload', async () => {
    connectClient('d', () => ({ status: 200, payload: '' }));
    expect((await invoke({ methodName: 'odd' })).text).toBe('{"status":200,"payload":null}');
    expect((await http.send('POST', '/digitaltwins/d/commands/odd')).text).toBe('null');
  });

  it('returns a response that is not JSON unchanged, and logs it', async () => {
    connectClient('d', () => ({ status: 200, payload: 'on, off' }));
    expect(await postRaw('/twins/d/methods', '{"methodName":"odd"}')).toBe(
      '{"status":200,"payload":on, off}',
    );
    expect(await postRaw('/digitaltwins/d/commands/odd', '')).toBe('on, off');
    const lines = http.logLines.filter(({ event }) => event === 'method-answer-unreadable');
    expect(lines).toMatchObject([
      { level: 'warn', fields: { deviceId: 'd', operation: 'invokeMethod' } },
      { level: 'warn', fields: { deviceId: 'd', operation: 'invokeCommand' } },
    ]);
  });

  it('has a response that is judged as strict JSON, not as the body of a back end', async () => {
    connectClient('d', () => ({ status: 200, payload: "{state: 'on',}" }));
    expect(await postRaw('/twins/d/methods', "{methodName: 'odd'}")).toBe(
      `{"status":200,"payload":{state: 'on',}}`,
    );
    expect(http.logLines.map(({ event }) => event)).toContain('method-answer-unreadable');
  });

  it('fails with 400004 if the response of the device has 131,072 bytes or more', async () => {
    const largest = JSON.stringify('é'.repeat((131_072 - 4) / 2));
    const payloads = [largest, `${largest}  `];
    connectClient('d', () => ({ status: 200, payload: payloads.shift() ?? '' }));
    expect((await invoke({ methodName: 'read' })).status).toBe(200);
    const reply = await invoke({ methodName: 'read' });
    expect(reply).toMatchObject({ status: 400, headers: { 'iothub-errorcode': 'ArgumentInvalid' } });
    expect(numberOf(reply)).toBe(400004);
    expect(reply.body.Message).toContain('131072 bytes');
  });

  it('reaches a module by the path of the module', async () => {
    connectClient('d/m', (request) => ({ status: 200, payload: JSON.stringify(request.name) }));
    expect((await invoke({ methodName: 'x' }, '/twins/d/modules/m/methods')).body.payload).toBe('x');
  });

  it('fails with 404103 at once if the client is not online', async () => {
    const reply = await invoke({ methodName: 'x' });
    expect(reply).toMatchObject({ status: 404, headers: { 'iothub-errorcode': 'DeviceNotOnline' } });
    expect(numberOf(reply)).toBe(404103);
  });

  it('waits for the client until the connect timeout', async () => {
    const arrived = arrival();
    const pending = invoke({ methodName: 'x', connectTimeoutInSeconds: 20 });
    await arrived;
    connectClient('d', () => ({ status: 200, payload: '1' }));
    expect((await pending).body).toEqual({ status: 200, payload: 1 });
  });

  it('fails with 504101 at the response timeout', async () => {
    connectClient('d', () => {
      queueMicrotask(() => timers.dispatchEvent(new Event('asked')));
      return undefined;
    });
    const asked = once(timers, 'asked', { signal: AbortSignal.timeout(5000) });
    const pending = invoke({ methodName: 'x', responseTimeoutInSeconds: 5 });
    await asked;
    clock.advance(5000);
    const reply = await pending;
    expect(reply).toMatchObject({ status: 504, reason: 'Gateway Timeout' });
    expect(numberOf(reply)).toBe(504101);
  });

  it('fails differently for a missing device and a missing module', async () => {
    expect(numberOf(await invoke({ methodName: 'x' }, '/twins/nobody/methods'))).toBe(404001);
    expect(numberOf(await invoke({ methodName: 'x' }, '/twins/d/modules/nobody/methods'))).toBe(404010);
  });

  /** Resolves when the hub has accepted the call and waits for the clock. */
  function arrival(): Promise<unknown> {
    return once(timers, 'scheduled', { signal: AbortSignal.timeout(5000) });
  }
});

describe('a client of the SDK', () => {
  it('invokes methods of a device and of a module', async () => {
    connectClient('d', ({ payload }) => ({ status: 201, payload }));
    connectClient('d/m', () => ({ status: 202, payload: 'null' }));
    const client = iothub.Client.fromConnectionString(http.connectionString('service'));
    restClientOf(client).setOptions({ http: { agent: http.agent } });
    const call = { methodName: 'x', payload: [1, 2], responseTimeoutInSeconds: 10 };
    expect((await client.invokeDeviceMethod('d', call)).result).toEqual({ status: 201, payload: [1, 2] });
    expect((await client.invokeDeviceMethod('d', 'm', call)).result).toEqual({ status: 202, payload: null });
  });

  it('invokes commands of a digital twin, and of a component by its prefix', async () => {
    connectClient('d', ({ name, payload }) => ({ status: 203, payload: `{"${name}":${payload}}` }));
    const client = http.digitalTwinClient('service');
    const command = await client.invokeCommand('d', 'reboot', 'soon');
    expect(command?.xMsCommandStatuscode).toBe(203);
    expect(command?.body).toEqual({ reboot: 'soon' });
    const ofComponent = await client.invokeComponentCommand('d', 'fan', 'spin', '7', {
      responseTimeoutInSeconds: 9,
    });
    expect(ofComponent?.body).toEqual({ 'fan*spin': '7' });
    const bare = await http.send('POST', '/digitaltwins/d/commands/reboot', { body: 'null' });
    expect(bare).toMatchObject({ text: '{"reboot":null}', headers: { 'x-ms-command-statuscode': '203' } });
  });

  it('invokes methods as a module, of its own device and its modules but of no other device', async () => {
    await http.send('PUT', '/devices/d/modules/neighbour', { body: {} });
    await http.send('PUT', '/devices/other', { body: {} });
    connectClient('d', () => ({ status: 200, payload: '"device"' }));
    connectClient('d/neighbour', () => ({ status: 200, payload: '"neighbour"' }));
    connectClient('other', () => ({ status: 200, payload: '"other"' }));
    const { authentication } = (await http.send('GET', '/devices/d/modules/m')).body;
    const key = authentication.symmetricKey.primaryKey;
    const client = iotDevice.ModuleClient.fromConnectionString(
      `HostName=${HOST_NAME};DeviceId=d;ModuleId=m;SharedAccessKey=${key};GatewayHostName=${HOST_NAME}`,
      iotDeviceMqtt.Mqtt,
    );
    await client.setOptions({ http: { agent: http.agent } } as never);
    const call = { methodName: 'x', payload: null, connectTimeoutInSeconds: 0, responseTimeoutInSeconds: 5 };
    expect(await client.invokeMethod('d', call)).toMatchObject({ payload: 'device' });
    expect(await client.invokeMethod('d', 'neighbour', call)).toMatchObject({ payload: 'neighbour' });
    const headers = { 'x-ms-edge-moduleId': 'd/m' };
    const authorization = clientToken('d/m', key);
    const ask = (path: string, more: object = {}) =>
      http.send('POST', path, { headers, authorization, body: call, ...more });
    expect((await ask('/twins/d/methods')).status).toBe(200);
    expect((await ask('/twins/other/methods')).status).toBe(401);
    expect(http.logLines.find(({ event }) => event === 'client-refused')?.fields).toMatchObject({
      deviceId: 'd',
      moduleId: 'm',
      operation: 'invokeMethod',
      reason: 'permission-missing',
    });
    expect((await ask('/twins/d/methods', { headers: {} })).status).toBe(401);
    expect((await ask('/twins/d/methods', { headers: { 'x-ms-edge-moduleId': 'd/neighbour' } })).status).toBe(
      401,
    );
  });
});

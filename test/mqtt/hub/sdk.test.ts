import { once } from 'node:events';
import iotDevice, { type Message as DeviceMessage, type Twin } from 'azure-iot-device';
import { describe, expect, it } from 'vitest';
import { parseClientIdentity } from '../../../emulator/domain/identities/client-identity.ts';
import type { DeviceEvent } from '../../../emulator/domain/messages/message.ts';
import type { Hub } from '../../../emulator/hub/hub.ts';
import { patchDesired } from '../mqtt-hub.ts';
import { startSdkHub } from '../sdk-hub.ts';
import { waitUntil } from '../wait-until.ts';

const { Message } = iotDevice;

function identityOf(clientId: string) {
  const [deviceId = '', moduleId] = clientId.split('/');
  const identity = parseClientIdentity(deviceId, moduleId);
  if (!identity.ok) throw new Error(identity.error.message);
  return identity.value;
}

async function firstEvent(hub: Hub): Promise<DeviceEvent> {
  for await (const event of hub.events.read({ from: 'earliest', signal: AbortSignal.timeout(5000) }))
    return event;
  throw new Error('no event came');
}

function message(hub: Hub, deviceId: string, text: string): void {
  const sent = hub.cloudToDevice.sendMessage(identityOf(deviceId), {
    body: Buffer.from(text),
    ack: 'none',
    properties: { system: { messageId: text }, application: { colour: 'red' } },
  });
  if (!sent.ok) throw new Error(sent.error.message);
}

describe('the Node device client over MQTT', () => {
  it.each([
    ['d', 'gateway'],
    ['d', 'name'],
    ['d/m', 'gateway'],
  ] as const)('sends telemetry with all its properties as %s, addressed by %s', async (clientId, by) => {
    await using sdk = await startSdkHub();
    const connectionString = sdk.register(clientId, by);
    const client = await (clientId === 'd' ? sdk.device(connectionString) : sdk.module(connectionString));
    const telemetry = new Message('{"t":21}');
    telemetry.messageId = 'a b/c&=';
    telemetry.contentType = 'application/json';
    telemetry.contentEncoding = 'utf-8';
    telemetry.properties.add('k é', 'v/+ ');
    telemetry.properties.add('dt-subject', 'comp1');
    await client.sendEvent(telemetry);
    const event = await firstEvent(sdk.hub);
    expect(event).toMatchObject({
      ...identityOf(clientId),
      messageId: 'a b/c&=',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      properties: { 'k é': 'v/+ ' },
    });
    expect(event.systemProperties['dt-subject']).toBe('comp1');
  });

  it('gets its twin, updates reported properties and receives desired properties', async () => {
    await using sdk = await startSdkHub();
    const connectionString = sdk.register('d');
    patchDesired(sdk.hub, identityOf('d'), { interval: 30 });
    const client = await sdk.device(connectionString);
    const twin: Twin = await client.getTwin();
    expect(twin.properties.desired).toMatchObject({ interval: 30, $version: 2 });
    await new Promise<void>((resolve, reject) =>
      twin.properties.reported.update({ state: 'ok' }, (error?: Error) =>
        error ? reject(error) : resolve(),
      ),
    );
    const patched = new Promise<unknown>((resolve) => {
      twin.on('properties.desired.interval', (interval) => interval === 31 && resolve(interval));
    });
    await waitUntil('the subscription', () =>
      sdk.hub.sessions.isReadyFor(identityOf('d'), 'desiredProperties'),
    );
    patchDesired(sdk.hub, identityOf('d'), { interval: 31 });
    expect(await patched).toBe(31);
  });

  it('receives the error for a refused reported property', async () => {
    await using sdk = await startSdkHub();
    const twin: Twin = await (await sdk.device(sdk.register('d'))).getTwin();
    const refused = new Promise((_resolve, reject) =>
      twin.properties.reported.update({ long: 'x'.repeat(5000) }, (error?: Error) => reject(error)),
    );
    await expect(refused).rejects.toThrow('maximum 4096 bytes');
  });

  it('responds to a direct method', async () => {
    await using sdk = await startSdkHub();
    const client = await sdk.device(sdk.register('d'));
    client.onDeviceMethod('reboot', (request, response) => {
      void response.send(202, { heard: request.payload });
    });
    const invoked = await sdk.hub.methods.invokeMethod(identityOf('d'), {
      name: 'reboot',
      payload: '{"delay":5}',
      responseTimeoutSeconds: 10,
      connectTimeoutSeconds: 10,
    });
    expect(invoked).toEqual({ ok: true, value: { status: 202, payload: '{"heard":{"delay":5}}' } });
  });

  it('receives queued cloud-to-device messages in order and completes them', async () => {
    await using sdk = await startSdkHub();
    const client = await sdk.device(sdk.register('d'));
    for (const text of ['1', '2', '3']) message(sdk.hub, 'd', text);
    const received: DeviceMessage[] = [];
    client.on('message', (incoming: DeviceMessage) => {
      received.push(incoming);
      void client.complete(incoming);
    });
    await waitUntil('three messages', () => received.length === 3);
    expect(received.map(({ messageId }) => messageId)).toEqual(['1', '2', '3']);
    expect(received[0]?.properties.getValue('colour')).toBe('red');
    await waitUntil('an empty queue', () => {
      const device = sdk.hub.devices.getDevice(identityOf('d').deviceId);
      return device.ok && device.value.pendingMessageCount === 0;
    });
  });

  it('sends to an output and receives messages at an input as a module', async () => {
    await using sdk = await startSdkHub();
    const client = await sdk.module(sdk.register('d/m'));
    await client.sendOutputEvent('out', new Message('x'));
    const event = await firstEvent(sdk.hub);
    expect(event.systemProperties['iothub-outputname']).toBe('out');
    const input = once(client, 'inputMessage');
    await waitUntil('the subscription', () => sdk.hub.sessions.isReadyFor(identityOf('d/m'), 'inputs'));
    sdk.hub.cloudToDevice.sendInputMessage(identityOf('d/m'), {
      inputName: 'in1',
      body: Buffer.from('hello'),
      properties: { system: {}, application: { a: '1' } },
      sender: identityOf('d/source'),
    });
    const [inputName, incoming] = (await input) as [string, DeviceMessage];
    expect(inputName).toBe('in1');
    expect(incoming.getData().toString()).toBe('hello');
    expect(incoming.properties.getValue('a')).toBe('1');
  });

  it('receives methods after a token renewal without a new subscription', async () => {
    await using sdk = await startSdkHub();
    sdk.register('d');
    const client = await sdk.deviceWithToken('d', 3600);
    client.onDeviceMethod('ping', (_request, response) => void response.send(200, null));
    const call = { name: 'ping', payload: 'null', responseTimeoutSeconds: 10, connectTimeoutSeconds: 10 };
    expect(await sdk.hub.methods.invokeMethod(identityOf('d'), call)).toMatchObject({ ok: true });
    await new Promise<void>((resolve, reject) => {
      client.updateSharedAccessSignature(sdk.tokenOf('d', 7200), (error) =>
        error ? reject(error) : resolve(),
      );
    });
    expect(sdk.logLines.filter(({ event }) => event === 'client-connected').length).toBeGreaterThan(1);
    expect(await sdk.hub.methods.invokeMethod(identityOf('d'), call)).toMatchObject({ ok: true });
  });

  it('gets an UnauthorizedError for a wrong key', async () => {
    await using sdk = await startSdkHub();
    const wrong = Buffer.alloc(32, 1).toString('base64');
    const connectionString = sdk.register('d').replace(/SharedAccessKey=.*/, `SharedAccessKey=${wrong}`);
    const client = await sdk.device(connectionString);
    await expect(client.open()).rejects.toMatchObject({ name: 'UnauthorizedError' });
    expect(sdk.logLines.filter(({ event }) => event === 'client-refused')).toMatchObject([
      { fields: { deviceId: 'd', reason: 'signature-mismatch' } },
    ]);
  });
});

import iotDevice from 'azure-iot-device';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo, report, startHub, untilDesired } from '../../harness/harness.ts';
import { createHubUnderTest } from '../../harness/hub-under-test.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../hub-with-emulator.ts';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

const SOON = { timeoutMilliseconds: 50 };

describe('a wait that times out', () => {
  it('reports the state of the client and the last log line about it', async () => {
    const device = await hub.provision({ deviceId: 'refused' });
    const client = await device.createClient();
    await hub.registry().update({ deviceId: 'refused' });
    await expect(client.open()).rejects.toThrow('Not authorized');
    await expect(hub.untilConnected(device, SOON)).rejects.toThrow(
      /waiting for refused to be connected\. It is disconnected\. The last log line about it: client-refused .*signature-mismatch/,
    );
    await expect(hub.untilConnected({ deviceId: 'unknown' }, SOON)).rejects.toThrow(
      'It is not registered. The log does not mention it.',
    );
  });

  it('reports the subscriptions of the client', async () => {
    const device = await hub.provision({ deviceId: 'listens' });
    (await device.connect()).onDeviceMethod('a', () => undefined);
    await hub.untilSubscribed(device, 'methods');
    await expect(hub.untilSubscribed(device, 'messages', SOON)).rejects.toThrow(
      'waiting for listens to subscribe to messages. It is connected and subscribed to methods.',
    );
  });

  it('reports the reported properties of the client', async () => {
    const device = await hub.provision();
    await report(await (await device.connect()).getTwin(), { battery: 81 });
    await hub.untilReported(device, ({ battery }) => battery === 81);
    await expect(hub.untilReported(device, ({ battery }) => battery === 80, SOON)).rejects.toThrow(
      '"battery":81',
    );
  });

  it('reports the last telemetry and feedback that did not meet the condition', async () => {
    const device = await hub.provision();
    const client = await device.connect('http');
    await client.sendEvent(new iotDevice.Message('cold'));
    await expect(hub.untilTelemetry(device, () => false, SOON)).rejects.toThrow(
      `waiting for telemetry of ${device.deviceId} that meets the condition. There were 1: cold.`,
    );
    await expect(hub.untilFeedback(device, undefined, SOON)).rejects.toThrow('There was none.');
  });

  it('reports the desired properties that the SDK received', async () => {
    const device = await hub.provision();
    const twin = await (await device.connect()).getTwin();
    await expect(untilDesired(twin, ({ a }) => a === 1, SOON)).rejects.toThrow('[{"$version":1}]');
  });
});

describe('a hub of the harness', () => {
  it('has its own devices in a process with other hubs', async () => {
    await using other = await startHub();
    await hub.registry().create({ deviceId: 'only-here' });
    expect((await other.registry().list()).responseBody).toEqual([]);
  });

  it('has the connection strings of default and additional policies', async () => {
    const key = Buffer.alloc(32).toString('base64');
    const policy = {
      name: 'auditor',
      permissions: ['RegistryRead'],
      primaryKey: key,
      secondaryKey: key,
    } as const;
    await using own = await startHub({ hostName: 'plant.iothub.test', policies: [policy] });
    expect(own.connectionStringOf('auditor')).toBe(
      `HostName=plant.iothub.test;SharedAccessKeyName=auditor;SharedAccessKey=${key}`,
    );
    await own.registry(own.connectionStringOf('auditor')).list();
    await own.registry(own.connectionStringOf('registryRead')).list();
    expect(() => own.connectionStringOf('unknown')).toThrow("The hub has no policy 'unknown'.");
  });

  it('registers the device of a module if it does not exist', async () => {
    await hub.registry().create({ deviceId: 'parent' });
    const module = await hub.provision({ deviceId: 'parent', moduleId: 'm' });
    expect(module.connectionString).toContain('DeviceId=parent;ModuleId=m;SharedAccessKey=');
    await expect(hub.provision({ deviceId: 'a/b', moduleId: 'm' })).rejects.toThrow();
  });

  it('uses the manual clock that the test advances', async () => {
    await using own = await startHub({
      clock: 'manual',
      cloudToDevice: { defaultTimeToLiveSeconds: 60 },
    });
    const device = await own.provision();
    own.sendMessage(device, { body: 'x', ack: 'negative' });
    own.clock?.advance(60_000);
    expect(await own.untilFeedback(device)).toMatchObject({ statusCode: 'Expired' });
  });

  it('uses the defaults of feedback that its options do not name', async () => {
    await using own = await startHubWithEmulator({
      clock: 'manual',
      cloudToDevice: { defaultTimeToLiveSeconds: 60, feedback: { batchSeconds: 15 } },
    });
    const { feedback } = own.emulator.hub;
    const device = await own.provision();
    own.sendMessage(device, { body: 'x', ack: 'negative' });
    own.clock?.advance(60_000);
    expect(feedback.receiveFeedback()).toBeUndefined();
    own.clock?.advance(15_000);
    expect(feedback.receiveFeedback()).toMatchObject({ records: [{ statusCode: 'Expired' }] });
    expect(feedback.receiveFeedback()).toBeUndefined();
    own.clock?.advance(60_000);
    expect(feedback.receiveFeedback()).toMatchObject({ records: [{ statusCode: 'Expired' }] });
  });
});

describe('a connection to a live hub', () => {
  it('is refused without a connection string', () => {
    expect(() => connectTo({})).toThrow('Set IOTHUB_CONNECTION_STRING');
  });

  it('is refused if IOTHUB_LIVE_TESTS is not set', () => {
    expect(() => connectTo({ IOTHUB_CONNECTION_STRING: hub.connectionString })).toThrow(
      'Set IOTHUB_LIVE_TESTS=1',
    );
  });
});

describe('the disposal of a hub under test', () => {
  it('passes only the devices that it created to close', async () => {
    await hub.registry().create({ deviceId: 'existing' });
    let created: readonly string[] = [];
    {
      await using connected = createHubUnderTest({
        hostName: hub.hostName,
        connectionString: hub.connectionString,
        wiring: { ...hub.emulator, hostName: hub.hostName },
        idPrefix: 'test-',
        issueCertificate: () => Promise.reject(new Error('unexpected')),
        close: async ({ deviceIds }) => {
          created = deviceIds;
        },
      });
      await expect(connected.provision({ deviceId: 'existing' })).rejects.toThrow('already registered');
      await connected.provision({ deviceId: 'existing', moduleId: 'm' });
      await connected.provision();
      await connected.provision({ moduleId: true });
    }
    expect(created).toEqual(['test-device-1', 'test-device-2']);
  });
});

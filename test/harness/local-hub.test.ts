import iotDevice from 'azure-iot-device';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectTo, type LocalHub, report, startHub, untilDesired } from '../../harness/harness.ts';
import { createHubUnderTest } from '../../harness/hub-under-test.ts';

let hub: LocalHub;

beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

const SOON = { timeoutMilliseconds: 50 };

describe('what a test waits for in vain is told with what there was instead', () => {
  it('a connection: the state, and the last word of the log', async () => {
    const device = await hub.provision({ deviceId: 'refused' });
    const client = await device.createClient();
    await hub.registry().update({ deviceId: 'refused' });
    await expect(client.open()).rejects.toThrow('Not authorized');
    await expect(hub.untilConnected(device, SOON)).rejects.toThrow(
      /refused is connected\. It is disconnected\. The log's last word on it: client-refused .*signature-mismatch/,
    );
    await expect(hub.untilConnected({ deviceId: 'nobody' }, SOON)).rejects.toThrow(
      'It is not registered. The log does not mention it.',
    );
  });

  it('a subscription: those that there are', async () => {
    const device = await hub.provision({ deviceId: 'listens' });
    (await device.connect()).onDeviceMethod('a', () => undefined);
    await hub.untilSubscribed(device, 'methods');
    await expect(hub.untilSubscribed(device, 'messages', SOON)).rejects.toThrow(
      'listens subscribes to messages. It is connected and listens to methods.',
    );
  });

  it('reported properties: those that there are', async () => {
    const device = await hub.provision();
    await report(await (await device.connect()).getTwin(), { battery: 81 });
    await hub.untilReported(device, ({ battery }) => battery === 81);
    await expect(hub.untilReported(device, ({ battery }) => battery === 80, SOON)).rejects.toThrow(
      '"battery":81',
    );
  });

  it('telemetry and feedback: the nearest misses', async () => {
    const device = await hub.provision();
    const client = await device.connect('http');
    await client.sendEvent(new iotDevice.Message('cold'));
    await expect(hub.untilTelemetry(device, () => false, SOON)).rejects.toThrow(
      `in vain for telemetry of ${device.deviceId}; there was only 1: cold.`,
    );
    await expect(hub.untilFeedback(device, undefined, SOON)).rejects.toThrow('there was none at all');
  });

  it('desired properties: those that the SDK handed out', async () => {
    const device = await hub.provision();
    const twin = await (await device.connect()).getTwin();
    await expect(untilDesired(twin, ({ a }) => a === 1, SOON)).rejects.toThrow('[{"$version":1}]');
  });
});

describe('a hub in a test', () => {
  it('stands beside others, each with its own devices', async () => {
    await using other = await startHub();
    await hub.registry().create({ deviceId: 'only-here' });
    expect((await other.registry().list()).responseBody).toEqual([]);
  });

  it('has the connection string of every policy, its own ones too', async () => {
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
    expect(() => own.connectionStringOf('nobody')).toThrow("The hub has no policy 'nobody'.");
  });

  it('registers the device of a module that is asked for, whoever else has', async () => {
    await hub.registry().create({ deviceId: 'parent' });
    const module = await hub.provision({ deviceId: 'parent', moduleId: 'm' });
    expect(module.connectionString).toContain('DeviceId=parent;ModuleId=m;SharedAccessKey=');
    await expect(hub.provision({ deviceId: 'a/b', moduleId: 'm' })).rejects.toThrow();
  });

  it('lives on the clock that the test moves', async () => {
    await using own = await startHub({ clock: 'manual', cloudToDevice: { defaultTimeToLiveSeconds: 60 } });
    const device = await own.provision();
    own.sendMessage(device, { body: 'x', ack: 'negative' });
    own.clock?.advance(60_000);
    expect(await own.untilFeedback(device)).toMatchObject({ statusCode: 'Expired' });
  });
});

describe('nobody’s hub is touched by chance', () => {
  it('without a connection string', () => {
    expect(() => connectTo({})).toThrow('Set IOTHUB_CONNECTION_STRING');
  });

  it('without saying that tests may work on it', () => {
    expect(() => connectTo({ IOTHUB_CONNECTION_STRING: hub.connectionString })).toThrow(
      'Set IOTHUB_LIVE_TESTS=1',
    );
  });
});

describe('the end of a test on a live hub', () => {
  it('takes away the devices that were made here, and none that the hub had before', async () => {
    await hub.registry().create({ deviceId: 'somebodys' });
    let madeHere: readonly string[] = [];
    {
      await using connected = createHubUnderTest({
        hostName: hub.hostName,
        connectionString: hub.connectionString,
        wiring: { ...hub.emulator, hostName: hub.hostName },
        idPrefix: 'test-',
        issueCertificate: () => Promise.reject(new Error('not asked for')),
        close: async ({ deviceIds }) => {
          madeHere = deviceIds;
        },
      });
      await expect(connected.provision({ deviceId: 'somebodys' })).rejects.toThrow('already registered');
      await connected.provision({ deviceId: 'somebodys', moduleId: 'm' });
      await connected.provision();
      await connected.provision({ moduleId: true });
    }
    expect(madeHere).toEqual(['test-device-1', 'test-device-2']);
  });
});

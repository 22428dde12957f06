import { once } from 'node:events';
import iotCommon from 'azure-iot-common';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, report, startHub, untilDesired } from '../../../harness/harness.ts';
import { failureOf } from '../failures.ts';
import { transportsThat } from '../transports.ts';

let hub: LocalHub;
let registry: iothub.Registry;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
});
afterAll(() => hub[Symbol.asyncDispose]());

type Json = Record<string, unknown>;
const patchOf = (desired: Json | null) => ({ properties: { desired } });

/** Returns functions that read and update the twin of a device or a module through the registry. */
function twinOf({
  deviceId,
  moduleId,
}: {
  readonly deviceId: string;
  readonly moduleId: string | undefined;
}) {
  return moduleId === undefined
    ? {
        get: async () => (await registry.getTwin(deviceId)).responseBody,
        update: async (patch: object, etag = '*') =>
          (await registry.updateTwin(deviceId, patch, etag)).responseBody,
      }
    : {
        get: async () => (await registry.getModuleTwin(deviceId, moduleId)).responseBody,
        update: async (patch: object, etag = '*') =>
          (await registry.updateModuleTwin(deviceId, moduleId, patch, etag)).responseBody,
      };
}

describe('service', () => {
  it('reads the twin of a new device', async () => {
    const { deviceId } = await hub.provision();
    const { responseBody: twin } = await registry.getTwin(deviceId);
    expect(twin).toMatchObject({
      deviceId,
      etag: 'AAAAAAAAAAE=',
      version: 2,
      status: 'enabled',
      connectionState: 'Disconnected',
      authenticationType: 'sas',
      modelId: '',
      capabilities: { iotEdge: false },
      properties: { desired: { $version: 1 }, reported: { $version: 1 } },
    });
    expect(twin.properties.desired.$metadata).toEqual({ $lastUpdated: expect.any(String) });
  });

  it('reads the twin of a new module, which is separate from the device twin', async () => {
    const { deviceId, moduleId = '' } = await hub.provision({ moduleId: true });
    await registry.updateTwin(deviceId, { tags: { floor: 2 } }, '*');
    const { responseBody: twin } = await registry.getModuleTwin(deviceId, moduleId);
    expect(twin).toMatchObject({ deviceId, moduleId, etag: 'AAAAAAAAAAE=', version: 2, tags: {} });
    expect(twin).not.toHaveProperty('capabilities');
  });

  it('updates tags and desired properties of a device and their versions', async () => {
    const { deviceId } = await hub.provision();
    const { responseBody: tagged } = await registry.updateTwin(deviceId, { tags: { floor: 2 } }, '*');
    expect(tagged).toMatchObject({ tags: { floor: 2 }, etag: 'AAAAAAAAAAI=', version: 3 });
    expect(tagged.properties.desired.$version).toBe(1);
    const patch = { tags: { floor: null, wing: 'B' }, ...patchOf({ net: { ssid: 'a', channel: 1 } }) };
    const { responseBody: both } = await registry.updateTwin(deviceId, patch, tagged.etag);
    expect(both).toMatchObject({ tags: { wing: 'B' }, etag: 'AAAAAAAAAAM=', version: 4 });
    expect(both.tags).not.toHaveProperty('floor');
    expect(both.properties.desired).toMatchObject({ net: { ssid: 'a', channel: 1 }, $version: 2 });
    const { responseBody: last } = await registry.updateTwin(deviceId, patchOf({ net: { channel: 6 } }), '*');
    expect(last.properties.desired).toMatchObject({
      net: { ssid: 'a', channel: 6 },
      $metadata: {
        $lastUpdatedVersion: 3,
        net: { ssid: { $lastUpdatedVersion: 2 }, channel: { $lastUpdatedVersion: 3 } },
      },
    });
  });

  it('updates tags and desired properties of a module', async () => {
    const { deviceId, moduleId = '' } = await hub.provision({ moduleId: true });
    const patch = { tags: { floor: 2 }, ...patchOf({ interval: 30 }) };
    const { responseBody: twin } = await registry.updateModuleTwin(deviceId, moduleId, patch, '*');
    expect(twin).toMatchObject({
      tags: { floor: 2 },
      properties: { desired: { interval: 30, $version: 2 } },
    });
    expect((await registry.getTwin(deviceId)).responseBody.etag).toBe('AAAAAAAAAAE=');
  });

  it('reads and updates a twin with the twin object of the SDK', async () => {
    for (const name of [await hub.provision(), await hub.provision({ moduleId: true })]) {
      const described = { deviceId: name.deviceId, moduleId: name.moduleId };
      const twin = new iothub.Twin(described as never, registry);
      await twin.get();
      expect(twin.etag).toBe('AAAAAAAAAAE=');
      await twin.update(patchOf({ interval: 30 }));
      expect(twin).toMatchObject({ etag: 'AAAAAAAAAAI=', properties: { desired: { interval: 30 } } });
      expect(JSON.parse(JSON.stringify(twin.toJSON()))).toMatchObject({ etag: 'AAAAAAAAAAI=' });
      await twinOf(name).update({ tags: { floor: 2 } });
      expect(await failureOf(twin.update(patchOf({ interval: 31 })))).toEqual({
        error: 'InvalidEtagError',
        code: 'PreconditionFailed',
      });
    }
  });

  it('deletes single members and whole sections by null', async () => {
    const { deviceId } = await hub.provision();
    await registry.updateTwin(deviceId, { tags: { a: 1 }, ...patchOf({ a: { b: 1, c: 2 }, d: [1] }) }, '*');
    const { responseBody: twin } = await registry.updateTwin(
      deviceId,
      { tags: { a: null }, ...patchOf({ a: { b: null }, d: null }) },
      '*',
    );
    expect(twin.properties.desired).toMatchObject({ a: { c: 2 } });
    expect(twin.properties.desired).not.toHaveProperty('d');
    expect(twin.tags).toEqual({});
    const { responseBody: emptied } = await registry.updateTwin(deviceId, patchOf(null), '*');
    expect(emptied.properties.desired).not.toHaveProperty('a');
    expect(emptied.properties.desired.$version).toBe(4);
  });

  const long = 'x'.repeat(4000);
  const nested = (depth: number): Json => (depth === 0 ? {} : { level: nested(depth - 1) });
  it.each<[string, string, string, string, object]>([
    ['a name with a dot', 'ArgumentError', 'ArgumentInvalid', 'invalid characters', patchOf({ 'a.b': 1 })],
    ['a name with a space', 'ArgumentError', 'ArgumentInvalid', 'invalid characters', { tags: { 'a b': 1 } }],
    [
      'a value that is too long',
      'ArgumentError',
      'ArgumentInvalid',
      '4096',
      patchOf({ a: 'x'.repeat(4097) }),
    ],
    [
      'a nesting that is too deep',
      'ArgumentError',
      'ArgumentInvalid',
      'exceeds 10',
      patchOf({ a: nested(11) }),
    ],
    [
      'a number that is too large',
      'ArgumentError',
      'ArgumentInvalid',
      'out of bound',
      patchOf({ a: 2 ** 52 }),
    ],
    ['null in an array', 'ArgumentError', 'ArgumentInvalid', 'null', patchOf({ a: [null] })],
    [
      'tags that are too large',
      'TooManyDevicesError',
      'DeviceModelMaxPropertiesExceeded',
      '8192',
      { tags: { a: long, b: long, c: long } },
    ],
    [
      'desired properties that are too large',
      'TooManyDevicesError',
      'DeviceModelMaxPropertiesExceeded',
      '32768',
      patchOf(Object.fromEntries('abcdefghi'.split('').map((name) => [name, long]))),
    ],
    [
      'a section that is not an object',
      'ArgumentError',
      'ArgumentInvalid',
      'JSON object',
      patchOf('x' as never),
    ],
  ])('cannot update a twin with %s', async (_what, error, code, text, patch) => {
    const { deviceId } = await hub.provision();
    const call = registry.updateTwin(deviceId, patch, '*');
    await expect(call).rejects.toThrow(text);
    expect(await failureOf(call)).toEqual({ error, code });
    expect((await registry.getTwin(deviceId)).responseBody).toMatchObject({ version: 2 });
  });

  it('is refused an update if another client has updated the twin', async () => {
    const { deviceId } = await hub.provision();
    const { responseBody: read } = await registry.getTwin(deviceId);
    await registry.updateTwin(deviceId, patchOf({ interval: 30 }), read.etag);
    expect(await failureOf(registry.updateTwin(deviceId, patchOf({ interval: 31 }), read.etag))).toEqual({
      error: 'InvalidEtagError',
      code: 'PreconditionFailed',
    });
  });

  it('is refused the twin of a missing device or module', async () => {
    const { deviceId } = await hub.provision();
    const missing = { error: 'DeviceNotFoundError', code: 'DeviceNotFound' };
    for (const call of [
      registry.getTwin('missing'),
      registry.updateTwin('missing', {}, '*'),
      registry.getModuleTwin(deviceId, 'missing'),
      registry.updateModuleTwin(deviceId, 'missing', {}, '*'),
    ]) {
      expect(await failureOf(call)).toEqual(missing);
    }
  });

  it('requires the ServiceConnect permission', async () => {
    const { deviceId } = await hub.provision();
    const other = hub.registry(hub.connectionStringOf('registryReadWrite'));
    for (const call of [other.getTwin(deviceId), other.updateTwin(deviceId, {}, '*')]) {
      expect(await failureOf(call)).toEqual({
        error: 'UnauthorizedError',
        code: 'IotHubUnauthorizedAccess',
      });
    }
  });
});

describe.each(transportsThat('useTwins'))('client over %s', (transport) => {
  describe.each([
    ['device', undefined],
    ['module', true],
  ] as const)('%s client', (_kind, moduleId) => {
    const provision = () => (moduleId === undefined ? hub.provision() : hub.provision({ moduleId }));

    it('gets its desired and reported properties only', async () => {
      const name = await provision();
      await twinOf(name).update({ tags: { floor: 2 }, ...patchOf({ interval: 30 }) });
      const client = await name.connect(transport);
      const { desired, reported } = (await client.getTwin()).properties;
      expect(desired).toEqual({ interval: 30, $version: 2 });
      expect(reported).toEqual({ $version: 1, update: expect.any(Function) });
      await client.close();
    });

    it('reports properties, which are merged, nested and deleted by null', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      await report(twin, { firmware: '1.2.0', net: { rssi: -50, type: 'wifi' }, old: 1 });
      await report(twin, { net: { rssi: -60 }, old: null, fresh: { nothing: null } });
      const read = await twinOf(name).get();
      expect(read).toMatchObject({ etag: 'AAAAAAAAAAE=', version: 4 });
      expect(read.properties.reported).toMatchObject({
        firmware: '1.2.0',
        net: { rssi: -60, type: 'wifi' },
        fresh: {},
        $version: 3,
      });
      expect(read.properties.reported).not.toHaveProperty('old');
      expect(read.properties.reported.$metadata.net).not.toHaveProperty('$lastUpdatedVersion');
      await client.close();
    });

    it('receives each desired patch as written, with its version and nulls', async () => {
      const name = await provision();
      await twinOf(name).update(patchOf({ interval: 30, mode: 'eco' }));
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      const whole = untilDesired(twin, ({ mode }) => mode === 'eco');
      await hub.untilSubscribed(name, 'desiredProperties');
      expect(await whole).toEqual({ interval: 30, mode: 'eco', $version: 2 });
      const patch = untilDesired(twin, ({ $version }) => $version === 3);
      await twinOf(name).update(patchOf({ mode: null, net: { channel: 6 } }));
      expect(await patch).toEqual({ mode: null, net: { channel: 6 }, $version: 3 });
      expect(twin.properties.desired).toEqual({ interval: 30, net: { channel: 6 }, $version: 3 });
      await client.close();
    });

    it('receives the change of a single property', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      const channel = once(twin, 'properties.desired.net.channel');
      await hub.untilSubscribed(name, 'desiredProperties');
      await twinOf(name).update(patchOf({ net: { channel: 6 } }));
      expect(await channel).toEqual([6]);
      await client.close();
    });

    it('receives no patch that was sent while it was disconnected, and reads it after it reconnects', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      const received: Json[] = [];
      twin.on('properties.desired', (desired: Json) => received.push({ ...desired }));
      await hub.untilSubscribed(name, 'desiredProperties');
      await client.close();
      await hub.untilDisconnected(name);
      await twinOf(name).update(patchOf({ a: 1 }));
      await twinOf(name).update(patchOf({ b: 2 }));
      await client.open();
      const last = untilDesired(twin, ({ c }) => c === 3);
      await twinOf(name).update(patchOf({ c: 3 }));
      await last;
      expect(received.map(({ $version }) => $version)).not.toContain(3);
      expect((await client.getTwin()).properties.desired).toEqual({ a: 1, b: 2, c: 3, $version: 4 });
      await client.close();
    });

    const long = 'x'.repeat(4000);
    const nested = (depth: number): Json => (depth === 0 ? {} : { level: nested(depth - 1) });

    it('receives and reports sections of nearly the maximum size', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      const patch = untilDesired(twin, ({ $version }) => $version === 2);
      await hub.untilSubscribed(name, 'desiredProperties');
      const section = Object.fromEntries('abcdefgh'.split('').map((property) => [property, long]));
      await twinOf(name).update(patchOf(section));
      expect(await patch).toEqual({ ...section, $version: 2 });
      await report(twin, section);
      expect((await twinOf(name).get()).properties.reported).toMatchObject(section);
      await client.close();
    });

    it.each<[string, string, Json]>([
      ['a name with a dollar', 'invalid characters', { good: 1, $bad: 1 }],
      ['a value that is too long', 'maximum 4096 bytes', { a: 'x'.repeat(4097) }],
      ['a nesting that is too deep', 'exceeds 10', { a: nested(11) }],
      ['a number that is too large', 'out of bound', { a: 2 ** 52 }],
      [
        'properties that are too large',
        "'Properties.Reported' size should be less than 32768 bytes.",
        Object.fromEntries('abcdefghi'.split('').map((property) => [property, long])),
      ],
    ])('receives the error if it reports %s', async (_what, text, patch) => {
      const name = await provision();
      const client = await name.connect(transport);
      await expect(report(await client.getTwin(), patch)).rejects.toThrow(text);
      expect((await twinOf(name).get()).properties.reported.$version).toBe(1);
      await client.close();
    });

    it('reads its twin again and follows its retry policy', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      twin.setRetryPolicy(new iotCommon.NoRetry());
      await twinOf(name).update(patchOf({ interval: 30 }));
      await twin.get();
      expect(twin.properties.desired).toEqual({ interval: 30, $version: 2 });
      await client.close();
    });

    it('subscribes to desired patches without a listener', async () => {
      const name = await provision();
      const client = await name.connect(transport);
      const twin = await client.getTwin();
      await new Promise<void>((resolve, reject) =>
        twin.enableTwinDesiredPropertiesUpdates((error) => (error ? reject(error) : resolve())),
      );
      await hub.untilSubscribed(name, 'desiredProperties');
      await client.close();
    });
  });
});

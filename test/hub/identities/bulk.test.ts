import { describe, expect, it } from 'vitest';
import { parseBulkRequest } from '../../../emulator/domain/identities/bulk-request.ts';
import { formatIdentityEtag } from '../../../emulator/domain/identities/identity.ts';
import type { JsonObject } from '../../../emulator/domain/json.ts';
import type { Activity } from '../../../emulator/hub/activity.ts';
import { createQuietHub, deviceIdOf, identityOf, outcomeOf, type QuietHub, succeeded } from '../quiet-hub.ts';

const SUCCESS = { isSuccessful: true, document: { isSuccessful: true, errors: [], warnings: [] } };
const WRONG = 'V1JPTkc=';

describe('the creation of devices in bulk', () => {
  it('generates different keys for each device', () => {
    const quiet = createQuietHub();
    expect(bulk(quiet, { id: 'd1', importMode: 'create' }, { id: 'd2', importMode: 'create' })).toEqual(
      SUCCESS,
    );
    const [first, second] = ['d1', 'd2'].map(
      (id) => deviceOf(quiet, id).authentication.symmetricKey.primaryKey,
    );
    expect(first).toHaveLength(44);
    expect(second).not.toBe(first);
  });

  it('creates twins at version 1, as in a recording of IoT Hub', () => {
    const quiet = createQuietHub();
    const created: Activity[] = [];
    quiet.hub.activities.listen({ kinds: ['identityCreated'] }, (activity) => created.push(activity));
    const properties = { desired: { user: 'userA' }, reported: { fw: { major: 1 } } };
    expect(bulk(quiet, { id: 'd1', importMode: 'create', tags: { floor: 2 }, properties })).toEqual(SUCCESS);
    const stamp = { $lastUpdated: '0001-01-01T00:00:00Z', $lastUpdatedVersion: 1 };
    expect(twinOf(quiet, 'd1')).toMatchObject({
      etag: 'AAAAAAAAAAE=',
      version: 2,
      tags: { floor: 2 },
      properties: {
        desired: { user: 'userA', $metadata: { ...stamp, user: stamp }, $version: 1 },
        reported: {
          fw: { major: 1 },
          $metadata: { ...stamp, fw: { ...stamp, major: stamp } },
          $version: 1,
        },
      },
    });
    expect(created).toMatchObject([{ kind: 'identityCreated', twin: { tags: { floor: 2 } } }]);
  });

  it('sets the creation time in a section that is not given', () => {
    const quiet = createQuietHub();
    bulk(quiet, { id: 'd1', importMode: 'create', properties: { desired: { user: 'userA' } } });
    expect(twinOf(quiet, 'd1')).toMatchObject({
      properties: { reported: { $metadata: { $lastUpdated: '2026-01-02T03:04:05Z' }, $version: 1 } },
    });
  });

  it('creates a device without an invalid twin and returns a warning', () => {
    const quiet = createQuietHub();
    expect(bulk(quiet, { id: 'd1', importMode: 'create', tags: { 'a.b': 1 } })).toEqual({
      isSuccessful: true,
      document: {
        isSuccessful: true,
        errors: [],
        warnings: [
          {
            deviceId: 'd1',
            warningCode: 'DeviceRegisteredWithoutTwin',
            warningStatus: expect.stringContaining('a.b'),
          },
        ],
      },
    });
    expect(twinOf(quiet, 'd1')).not.toHaveProperty('tags');
  });

  it('creates modules of existing devices', () => {
    const quiet = createQuietHub();
    bulk(quiet, { id: 'd1', importMode: 'create' });
    const module = { id: 'd1', moduleId: 'm1', importMode: 'create', managedBy: 'me', tags: { a: 1 } };
    expect(bulk(quiet, module)).toEqual(SUCCESS);
    expect(twinOf(quiet, 'd1/m1')).toMatchObject({ moduleId: 'm1', tags: { a: 1 } });
    expect(errorsOf(quiet, { ...module, id: 'd2' })).toEqual([
      {
        deviceId: 'd2',
        moduleId: 'm1',
        errorCode: 404001,
        errorStatus: 'Device d2 not registered',
        operation: 'create',
      },
    ]);
  });
});

describe('the creation of modules in bulk', () => {
  const stamp = { $lastUpdated: expect.stringMatching(/^2026-01-02T03:04:06/), $lastUpdatedVersion: 1 };

  function hubAfterBulk(...items: readonly JsonObject[]): QuietHub {
    const quiet = hubWithDevice();
    quiet.clock.advance(1000);
    expect(bulk(quiet, ...items)).toEqual(SUCCESS);
    return quiet;
  }

  it('creates several modules of a device in one call', () => {
    const modules = Array.from({ length: 10 }, (_, index) => ({ id: 'd1', moduleId: `m${index}` }));
    const quiet = hubAfterBulk(...modules.map((module) => ({ ...module, importMode: 'create' })));
    expect(succeeded(quiet.hub.modules.listModules(deviceIdOf('d1')))).toHaveLength(10);
  });

  it('creates twins with the time of the call, as in recordings of IoT Hub', () => {
    const properties = { desired: { user: { name: 'a' } } };
    const quiet = hubAfterBulk(
      { id: 'd1', moduleId: 'm1', importMode: 'create', properties },
      { id: 'd1', moduleId: 'm2' },
    );
    expect(twinOf(quiet, 'd1/m1').properties).toEqual({
      desired: {
        user: { name: 'a' },
        $metadata: { ...stamp, user: { ...stamp, name: stamp } },
        $version: 1,
      },
      reported: { $metadata: stamp, $version: 1 },
    });
    const empty = { $metadata: stamp, $version: 1 };
    expect(twinOf(quiet, 'd1/m2').properties).toEqual({ desired: empty, reported: empty });
  });

  it('creates a twin with the zero time by the single operation', () => {
    const quiet = createQuietHub();
    quiet.register('d1/m3');
    expect(twinOf(quiet, 'd1/m3').properties).toMatchObject({
      desired: { $metadata: { $lastUpdated: '0001-01-01T00:00:00Z' } },
    });
  });

  it('needs a device that exists before the call', () => {
    const items = [{ id: 'd2' }, { id: 'd2', moduleId: 'm1' }];
    expect(errorsOf(hubWithDevice(), ...items)).toMatchObject([
      { deviceId: 'd2', moduleId: 'm1', errorCode: 404001 },
    ]);
  });
});

it('a bulk request executes the valid items and returns the errors of the others', () => {
  const quiet = hubWithDevice();
  expect(bulk(quiet, { id: 'd1', importMode: 'create' }, { id: 'd2', importMode: 'create' })).toEqual({
    isSuccessful: false,
    document: {
      isSuccessful: false,
      errors: [
        {
          deviceId: 'd1',
          errorCode: 409001,
          errorStatus: "A device with ID 'd1' is already registered.",
          operation: 'create',
        },
      ],
      warnings: [],
    },
  });
  expect(quiet.hub.devices.getDevice(deviceIdOf('d2')).ok).toBe(true);
});

describe('the mode of an item in a bulk request', () => {
  it.each<[mode: string, present: string, absent: string]>([
    ['create', '409001', 'ok'],
    ['createOrUpdate', 'ok', 'ok'],
    ['createOrUpdateIfMatchETag', 'ok', 'ok'],
    ['update', 'ok', '404001'],
    ['updateIfMatchETag', 'ok', '404001'],
    ['delete', 'ok', '404001'],
    ['deleteIfMatchETag', 'ok', '404001'],
    ['updateTwin', 'ok', '404001'],
    ['updateTwinIfMatchETag', 'ok', '404001'],
  ])('%s returns %s for an existing device and %s for a missing one', (importMode, present, absent) => {
    expect(codeOf(hubWithDevice(), { id: 'd1', importMode })).toBe(present);
    expect(codeOf(hubWithDevice(), { id: 'd9', importMode })).toBe(absent);
  });

  it.each<[mode: string, present: string, absent: string]>([
    ['create', '409301', 'ok'],
    ['createOrUpdate', 'ok', 'ok'],
    ['update', 'ok', '404010'],
    ['delete', 'ok', '404010'],
    ['updateTwin', 'ok', '404001'],
  ])('%s returns %s for an existing module and %s for a missing one', (importMode, present, absent) => {
    expect(codeOf(hubWithModule(), { id: 'd1', moduleId: 'm1', importMode })).toBe(present);
    expect(codeOf(hubWithModule(), { id: 'd1', moduleId: 'm9', importMode })).toBe(absent);
  });

  it.each<[mode: string, member: string, outcome: string]>([
    ['createOrUpdateIfMatchETag', 'eTag', '412001'],
    ['updateIfMatchETag', 'eTag', '412001'],
    ['deleteIfMatchETag', 'eTag', '412001'],
    ['updateTwinIfMatchETag', 'twinETag', '412001'],
    ['createOrUpdate', 'eTag', 'ok'],
    ['update', 'eTag', 'ok'],
    ['delete', 'eTag', 'ok'],
    ['updateTwin', 'twinETag', 'ok'],
  ])('%s with a wrong %s returns %s', (importMode, member, outcome) => {
    expect(codeOf(hubWithDevice(), { id: 'd1', importMode, [member]: WRONG })).toBe(outcome);
  });

  it('updateIfMatchETag accepts an equal etag', () => {
    const quiet = hubWithDevice();
    const eTag = formatIdentityEtag(deviceOf(quiet, 'd1').etagNumber);
    const twinETag = 'AAAAAAAAAAE=';
    const item = { id: 'd1', tags: { floor: 3 } };
    expect(codeOf(quiet, { ...item, importMode: 'updateIfMatchETag', eTag, twinETag })).toBe('ok');
    expect(codeOf(quiet, { ...item, importMode: 'deleteIfMatchETag', eTag })).toBe('412001');
  });
});

describe('an update in bulk', () => {
  it('replaces the identity, ends the connection of a disabled device, and merges the twin', () => {
    const quiet = hubWithDevice();
    const { connection } = quiet.connect('d1', { channels: ['desiredProperties'] });
    bulk(quiet, { id: 'd1', importMode: 'updateTwin', tags: { a: 1 }, properties: { desired: { x: 1 } } });
    const item = { id: 'd1', importMode: 'update', status: 'disabled', statusReason: 'worn', tags: { b: 2 } };
    expect(bulk(quiet, item)).toEqual(SUCCESS);
    expect(deviceOf(quiet, 'd1')).toMatchObject({ status: 'disabled', statusReason: 'worn' });
    expect(twinOf(quiet, 'd1')).toMatchObject({ tags: { a: 1, b: 2 }, properties: { desired: { x: 1 } } });
    expect(connection.desiredPatches).toEqual([{ x: 1, $version: 2 }]);
    expect(connection.closed).toEqual(['identity-disabled']);
  });

  it('keeps the new identity if the etag of the twin does not match', () => {
    const quiet = hubWithDevice();
    const item = { id: 'd1', importMode: 'updateIfMatchETag', statusReason: 'moved', tags: { a: 1 } };
    expect(codeOf(quiet, { ...item, twinETag: WRONG })).toBe('412001');
    expect(deviceOf(quiet, 'd1').statusReason).toBe('moved');
    expect(twinOf(quiet, 'd1')).not.toHaveProperty('tags');
  });

  it('does not change reported properties', () => {
    const quiet = hubWithDevice();
    bulk(quiet, { id: 'd1', importMode: 'update', properties: { reported: { fw: 'mine' } } });
    expect(twinOf(quiet, 'd1')).not.toHaveProperty('properties.reported.fw');
  });
});

it('a deletion in bulk deletes devices with their modules', () => {
  const quiet = hubWithModule();
  expect(bulk(quiet, { id: 'd1', importMode: 'delete' })).toEqual(SUCCESS);
  expect(outcomeOf(quiet.hub.twins.getTwin(identityOf('d1/m1')))).toBe('DeviceNotFound');
});

it('a bulk request returns an error for an invalid item only', () => {
  const quiet = createQuietHub();
  expect(errorsOf(quiet, { id: 'd1', status: 'asleep' }, { id: 'd2' })).toMatchObject([
    { deviceId: 'd1', errorCode: 400004, operation: 'createOrUpdate' },
  ]);
  expect(quiet.hub.statistics.getDeviceStatistics()).toMatchObject({ totalDeviceCount: 1 });
});

function bulk({ hub }: QuietHub, ...items: readonly JsonObject[]) {
  return hub.bulkRegistry.updateRegistry(succeeded(parseBulkRequest(items)));
}

function errorsOf(quiet: QuietHub, ...items: readonly JsonObject[]): readonly JsonObject[] {
  return bulk(quiet, ...items).document.errors as readonly JsonObject[];
}

function codeOf(quiet: QuietHub, item: JsonObject): string {
  return String(errorsOf(quiet, item)[0]?.errorCode ?? 'ok');
}

function deviceOf({ hub }: QuietHub, id: string) {
  return succeeded(hub.devices.getDevice(deviceIdOf(id))).identity;
}

function twinOf({ hub }: QuietHub, id: string): JsonObject {
  return succeeded(hub.twins.getTwin(identityOf(id)));
}

function hubWithDevice(): QuietHub {
  const quiet = createQuietHub();
  quiet.register('d1');
  return quiet;
}

function hubWithModule(): QuietHub {
  const quiet = createQuietHub();
  quiet.register('d1/m1');
  return quiet;
}

import { describe, expect, it } from 'vitest';
import { parseBulkRequest } from '../../../emulator/domain/identities/bulk-request.ts';
import { type JsonObject, type JsonValue, NumberText } from '../../../emulator/domain/json.ts';

const ANY = { kind: 'any' };
const E1 = { kind: 'etag', etag: 'RTE=' };

describe('an item of a bulk request', () => {
  it.each<[string, JsonObject, object]>([
    ['no mode', {}, { kind: 'put', creates: true, updates: true, precondition: ANY }],
    ['create', { importMode: 'create' }, { kind: 'put', creates: true, updates: false, precondition: ANY }],
    [
      'createOrUpdate',
      { importMode: 'createOrUpdate', eTag: 'RTE=' },
      { kind: 'put', creates: true, updates: true, precondition: ANY },
    ],
    [
      'createOrUpdateIfMatchETag',
      { importMode: 'createOrUpdateIfMatchETag', eTag: 'RTE=' },
      { kind: 'put', creates: true, updates: true, precondition: E1 },
    ],
    ['update', { importMode: 'Update' }, { kind: 'put', creates: false, updates: true, precondition: ANY }],
    [
      'updateIfMatchETag in the form of the Node client',
      { importMode: 'UpdateIfMatchETag', etag: 'RTE=' },
      { kind: 'put', creates: false, updates: true, precondition: E1 },
    ],
    ['delete', { importMode: 'delete' }, { kind: 'delete', precondition: ANY }],
    [
      'deleteIfMatchETag in the form of IoT Explorer',
      { importMode: 'deleteIfMatchEtag', etag: '*' },
      { kind: 'delete', precondition: ANY },
    ],
    [
      'deleteIfMatchETag with a quoted etag',
      { importMode: 'deleteIfMatchETag', eTag: '"RTE="' },
      { kind: 'delete', precondition: E1 },
    ],
    [
      'deleteIfMatchETag without an etag, as the Go client sends it',
      { importMode: 'DeleteIfMatchETag' },
      { kind: 'delete', precondition: ANY },
    ],
    [
      'updateTwin',
      { importMode: 'updateTwin', twinETag: 'RTE=', tags: { a: 1 } },
      { kind: 'updateTwin', twinPrecondition: ANY, twin: { tags: { a: 1 } } },
    ],
    [
      'updateTwinIfMatchETag',
      { importMode: 'updateTwinIfMatchETag', twinETag: 'RTE=' },
      { kind: 'updateTwin', twinPrecondition: E1, twin: {} },
    ],
  ])('is parsed with %s', (_title, members, work) => {
    expect(parseBulkRequest([{ id: 'd1', ...members }])).toMatchObject({
      ok: true,
      value: [{ identity: { deviceId: 'd1' }, work: { ok: true, value: work } }],
    });
  });

  it.each<[JsonValue, string]>([
    [0, 'createOrUpdate'],
    [1, 'create'],
    [2, 'update'],
    [3, 'updateIfMatchETag'],
    [4, 'createOrUpdateIfMatchETag'],
    [5, 'delete'],
    ['6', 'deleteIfMatchETag'],
    [' 7', 'updateTwin'],
    [8, 'updateTwinIfMatchETag'],
  ])('is parsed with the number %j of a mode', (importMode, mode) => {
    expect(parseBulkRequest([{ id: 'd1', importMode }])).toMatchObject({ value: [{ mode }] });
  });

  it('is parsed with typed members that are converted, and with free JSON that is not', () => {
    const item = {
      id: 5,
      moduleId: new NumberText('6.0'),
      importMode: 'updateIfMatchETag',
      eTag: 7,
      twinETag: 8,
      managedBy: 9,
      tags: { floor: '30' },
      properties: { desired: { on: 'true' }, reported: { off: 'false' } },
    };
    expect(parseBulkRequest([item])).toMatchObject({
      value: [
        {
          identity: { deviceId: '5', moduleId: '6.0' },
          work: {
            value: {
              precondition: { kind: 'etag', etag: '7' },
              twinPrecondition: { kind: 'etag', etag: '8' },
              request: { managedBy: '9' },
              twin: { tags: { floor: '30' }, desired: { on: 'true' }, reported: { off: 'false' } },
            },
          },
        },
      ],
    });
  });

  it('is parsed as a device with typed members that are converted', () => {
    const item = { id: 'd1', status: '1', statusReason: 5, capabilities: { iotEdge: 'True' } };
    expect(parseBulkRequest([item])).toMatchObject({
      value: [{ work: { value: { request: { status: 'disabled', statusReason: '5', isEdge: true } } } }],
    });
  });

  it.each<[string, JsonObject]>([
    ['eTag', { importMode: 'deleteIfMatchETag', eTag: {} }],
    ['twinETag', { importMode: 'updateTwinIfMatchETag', twinETag: ['x'] }],
  ])('is invalid if its %s is not a string', (_name, members) => {
    expect(parseBulkRequest([{ id: 'd1', ...members }])).toMatchObject({
      value: [{ work: { ok: false, error: { name: 'ArgumentInvalid' } } }],
    });
  });

  it('is parsed with a module id', () => {
    expect(parseBulkRequest([{ id: 'd1', moduleId: 'm1', managedBy: 'me' }])).toMatchObject({
      value: [
        { identity: { deviceId: 'd1', moduleId: 'm1' }, work: { value: { request: { managedBy: 'me' } } } },
      ],
    });
  });

  it('is parsed with tags, desired and reported properties, but without their metadata', () => {
    const section = { a: 1, $metadata: { a: {} }, $version: 7 };
    const item = { id: 'd1', tags: { t: 1 }, properties: { desired: section, reported: section } };
    expect(parseBulkRequest([item])).toMatchObject({
      value: [{ work: { value: { twin: { tags: { t: 1 }, desired: { a: 1 }, reported: { a: 1 } } } } }],
    });
  });

  it('is invalid without an effect on the other items', () => {
    expect(parseBulkRequest([{ id: 'd1', status: 'asleep' }, { id: 'd2' }])).toMatchObject({
      value: [{ work: { ok: false, error: { name: 'ArgumentInvalid' } } }, { work: { ok: true } }],
    });
  });
});

describe('a bulk request', () => {
  it.each(['create', 'createOrUpdate', 'update', 'updateIfMatchETag', 'delete', 'deleteIfMatchETag'])(
    'is accepted for several modules of a device with %s',
    (importMode) => {
      const items = ['m1', 'm2', undefined].map((moduleId) => ({
        id: 'd1',
        moduleId: moduleId ?? '',
        importMode,
      }));
      expect(parseBulkRequest(items)).toMatchObject({ ok: true, value: { length: 3 } });
    },
  );

  it('is accepted for the twins of modules of several devices', () => {
    const items = ['d1', 'd2'].map((id) => ({ id, moduleId: 'm1', importMode: 'updateTwin' }));
    expect(parseBulkRequest(items).ok).toBe(true);
  });
});

describe('an invalid bulk request', () => {
  it.each<[string, string, JsonValue]>([
    ['is not an array', 'ArgumentInvalid', { id: 'd1' }],
    ['has no items', 'ArgumentInvalid', []],
    ['has 101 items', 'ArgumentInvalid', Array.from({ length: 101 }, (_, index) => ({ id: `d${index}` }))],
    ['has an item that is not an object', 'ArgumentInvalid', ['d1']],
    ['has an item without an id', 'ArgumentInvalid', [{ deviceId: 'd1' }]],
    ['has an item with an invalid id', 'ArgumentInvalid', [{ id: 'a/b' }]],
    ['has an item with an unknown number of a mode', 'GenericBadRequest', [{ id: 'd1', importMode: 9 }]],
    ['has an item with an empty mode', 'GenericBadRequest', [{ id: 'd1', importMode: '' }]],
    ['has an item whose id is an object', 'ArgumentInvalid', [{ id: {} }]],
    ['has an item whose module id is an array', 'ArgumentInvalid', [{ id: 'd1', moduleId: [] }]],
    ['has an item with an unknown mode', 'GenericBadRequest', [{ id: 'd1', importMode: 'upsert' }]],
    ['contains a device twice', 'DeviceDefinedMultipleTimes', [{ id: 'd1' }, { id: 'd1' }]],
    [
      'contains a module twice, in two modes',
      'DeviceDefinedMultipleTimes',
      [
        { id: 'd1', moduleId: 'm1', importMode: 'updateTwin' },
        { id: 'd1', moduleId: 'm1', importMode: 'update' },
      ],
    ],
    [
      'updates the twins of two modules of a device',
      'DeviceDefinedMultipleTimes',
      [
        { id: 'd1', moduleId: 'm1', importMode: 'updateTwin' },
        { id: 'd1', moduleId: 'm2', importMode: 'updateTwinIfMatchETag' },
      ],
    ],
    [
      'updates the twins of a device and of its module',
      'DeviceDefinedMultipleTimes',
      [
        { id: 'd1', importMode: 'updateTwin' },
        { id: 'd1', moduleId: 'm1', importMode: 'updateTwin' },
      ],
    ],
  ])('is refused completely if it %s', (_title, name, body) => {
    expect(parseBulkRequest(body)).toMatchObject({ ok: false, error: { name } });
  });
});

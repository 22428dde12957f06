import { describe, expect, test } from 'vitest';
import { parseBulkRequest } from '../../../emulator/domain/identities/bulk-request.ts';
import type { JsonObject, JsonValue } from '../../../emulator/domain/json.ts';

const ANY = { kind: 'any' };
const E1 = { kind: 'etag', etag: 'RTE=' };

describe('an item of a bulk request says what is to be done', () => {
  test.each<[string, JsonObject, object]>([
    ['nothing', {}, { kind: 'put', creates: true, updates: true, precondition: ANY }],
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
      'updateIfMatchETag, as the Node client writes it',
      { importMode: 'UpdateIfMatchETag', etag: 'RTE=' },
      { kind: 'put', creates: false, updates: true, precondition: E1 },
    ],
    ['delete', { importMode: 'delete' }, { kind: 'delete', precondition: ANY }],
    [
      'deleteIfMatchETag, as the IoT Explorer writes it',
      { importMode: 'deleteIfMatchEtag', etag: '*' },
      { kind: 'delete', precondition: ANY },
    ],
    [
      'deleteIfMatchETag with a quoted etag',
      { importMode: 'deleteIfMatchETag', eTag: '"RTE="' },
      { kind: 'delete', precondition: E1 },
    ],
    [
      'deleteIfMatchETag without an etag, as the Go client writes it',
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
  ])('by %s', (_title, members, work) => {
    expect(parseBulkRequest([{ id: 'd1', ...members }])).toMatchObject({
      ok: true,
      value: [{ identity: { deviceId: 'd1' }, work: { ok: true, value: work } }],
    });
  });

  test('of a module', () => {
    expect(parseBulkRequest([{ id: 'd1', moduleId: 'm1', managedBy: 'me' }])).toMatchObject({
      value: [
        { identity: { deviceId: 'd1', moduleId: 'm1' }, work: { value: { request: { managedBy: 'me' } } } },
      ],
    });
  });

  test('with tags, desired and reported properties, whose metadata does not count', () => {
    const section = { a: 1, $metadata: { a: {} }, $version: 7 };
    const item = { id: 'd1', tags: { t: 1 }, properties: { desired: section, reported: section } };
    expect(parseBulkRequest([item])).toMatchObject({
      value: [{ work: { value: { twin: { tags: { t: 1 }, desired: { a: 1 }, reported: { a: 1 } } } } }],
    });
  });

  test('and fails alone where it cannot be read', () => {
    expect(parseBulkRequest([{ id: 'd1', status: 'asleep' }, { id: 'd2' }])).toMatchObject({
      value: [{ work: { ok: false, error: { name: 'ArgumentInvalid' } } }, { work: { ok: true } }],
    });
  });
});

describe('a bulk request is refused as a whole', () => {
  test.each<[string, string, JsonValue]>([
    ['that is no array', 'ArgumentInvalid', { id: 'd1' }],
    ['without items', 'ArgumentInvalid', []],
    ['of 101 items', 'ArgumentInvalid', Array.from({ length: 101 }, (_, index) => ({ id: `d${index}` }))],
    ['with an item that is no object', 'ArgumentInvalid', ['d1']],
    ['with an item that has no id', 'ArgumentInvalid', [{ deviceId: 'd1' }]],
    ['with an id that is none', 'ArgumentInvalid', [{ id: 'a/b' }]],
    ['with an unknown mode', 'GenericBadRequest', [{ id: 'd1', importMode: 'upsert' }]],
    ['that names a device twice', 'DeviceDefinedMultipleTimes', [{ id: 'd1' }, { id: 'd1' }]],
    [
      'that names two modules of a device',
      'DeviceDefinedMultipleTimes',
      [
        { id: 'd1', moduleId: 'm1' },
        { id: 'd1', moduleId: 'm2' },
      ],
    ],
  ])('%s', (_title, name, body) => {
    expect(parseBulkRequest(body)).toMatchObject({ ok: false, error: { name } });
  });
});

import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../emulator/domain/identities/client-identity.ts';
import type { JsonObject } from '../../../emulator/domain/json.ts';
import {
  applyReportedPatch,
  applyTwinPatch,
  applyTwinReplacement,
  createTwin,
  formatClientTwin,
  formatTwinEtag,
  type Twin,
} from '../../../emulator/domain/twins/twin.ts';

const DEVICE = { deviceId: 'th-01' } as ClientIdentity;
const MODULE = { deviceId: 'th-01', moduleId: 'sampler' } as ClientIdentity;

function twinWith(desired: JsonObject): Twin {
  return applyTwinPatch(createTwin(DEVICE, 'T1'), { desired }, 'T2').twin;
}

describe('a new twin', () => {
  it('has the creation time of its device, etag 1 and version 1 in both sections', () => {
    const twin = createTwin(DEVICE, 'T1');
    expect(formatTwinEtag(twin)).toBe('AAAAAAAAAAE=');
    expect(twin.properties).toEqual({
      desired: { $metadata: { $lastUpdated: 'T1' }, $version: 1 },
      reported: { $metadata: { $lastUpdated: 'T1' }, $version: 1 },
    });
  });

  it('has the zero time if it belongs to a module', () => {
    const { desired } = createTwin(MODULE, 'T1').properties;
    expect(desired.$metadata).toEqual({ $lastUpdated: '0001-01-01T00:00:00Z' });
  });
});

describe('a patch of desired properties', () => {
  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['deletes a property by null', { a: 1, b: 2 }, { b: null }, { a: 1 }],
    ['creates nothing by the null of an absent property', { b: 1 }, { a: null, b: 2 }, { b: 2 }],
    ['creates an empty object by a nested null', {}, { a: { b: null } }, { a: {} }],
    [
      'keeps the siblings of an absent property with a nested null',
      { a: { b: 1 } },
      { a: { zz: null }, c: 1 },
      { a: { b: 1 }, c: 1 },
    ],
    ['does not change an object by an empty object', { a: { b: 1 } }, { a: {}, c: 1 }, { a: { b: 1 }, c: 1 }],
    [
      'leaves an empty object after the deletion of its last member',
      { a: { b: 1 } },
      { a: { b: null } },
      { a: {} },
    ],
    ['replaces a complete array', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['replaces a primitive by an object', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
    ['replaces an object by a primitive', { a: { b: 2 } }, { a: 1 }, { a: 1 }],
    [
      'creates properties with the names of prototype members',
      {},
      JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
      JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
    ],
  ])('is merged and %s', (_title, before, patch, after) => {
    const { twin } = applyTwinPatch(twinWith(before), { desired: patch }, 'T3');
    const { $metadata: _metadata, $version: _version, ...members } = twin.properties.desired;
    expect(members).toEqual(after);
    expect(JSON.stringify(members)).toBe(JSON.stringify(after));
  });

  it('sets the metadata of the touched property and its ancestors, but not of its siblings', () => {
    const { twin } = applyTwinPatch(
      twinWith({ net: { ssid: 'a', ch: 1 } }),
      { desired: { net: { ch: 6 } } },
      'T3',
    );
    expect(twin.properties.desired).toEqual({
      net: { ssid: 'a', ch: 6 },
      $metadata: {
        $lastUpdated: 'T3',
        $lastUpdatedVersion: 3,
        net: {
          $lastUpdated: 'T3',
          $lastUpdatedVersion: 3,
          ssid: { $lastUpdated: 'T2', $lastUpdatedVersion: 2 },
          ch: { $lastUpdated: 'T3', $lastUpdatedVersion: 3 },
        },
      },
      $version: 3,
    });
  });

  it('keeps the version and sends no notification if it touches no property', () => {
    const twin = twinWith({ a: { b: 1 } });
    for (const desired of [{ zz: null }, { a: {} }, {}]) {
      const change = applyTwinPatch(twin, { desired }, 'T3');
      expect(change).toMatchObject({ hasChanged: false, notification: undefined });
      expect(change.twin).toBe(twin);
    }
  });

  it('notifies the client of the update with the new version', () => {
    const twin = twinWith({ a: 1, b: 2 });
    const notifications: [JsonObject | null, JsonObject][] = [
      [{ a: -1 }, { a: -1, $version: 3 }],
      [
        { a: 1, b: 2 },
        { a: 1, b: 2, $version: 3 },
      ],
      [{ b: null }, { b: null, $version: 3 }],
      [null, { a: null, b: null, $version: 3 }],
    ];
    for (const [desired, notification] of notifications) {
      expect(applyTwinPatch(twin, { desired }, 'T3').notification).toEqual(notification);
    }
  });
});

it('a twin has the versions and the etag of IoT Hub after updates of tags and desired properties', () => {
  const writes: [Parameters<typeof applyTwinPatch>[1], number][] = [
    [{ desired: { a: 1 } }, 2],
    [{ tags: { t: 1 } }, 2],
    [{ tags: { t: 1 }, desired: { a: 1 } }, 3],
    [{ tags: { t: null } }, 3],
    [{ desired: { a: null } }, 4],
  ];
  let twin = createTwin(DEVICE, 'T1');
  for (const [patch, version] of writes) {
    twin = applyTwinPatch(twin, patch, 'T2').twin;
    expect(twin.properties.desired.$version).toBe(version);
  }
  expect(formatTwinEtag(twin)).toBe('AAAAAAAAAAY=');
  expect(twin.tags).toEqual({});
});

it('an update of reported properties increments their version and keeps the etag', () => {
  let twin = twinWith({ a: 1 });
  const etag = formatTwinEtag(twin);
  for (let count = 0; count < 5; count++) twin = applyReportedPatch(twin, { fw: '1.0' }, 'T3');
  expect(formatTwinEtag(twin)).toBe(etag);
  expect(twin.properties.reported).toEqual({
    fw: '1.0',
    $metadata: { $lastUpdated: 'T3', fw: { $lastUpdated: 'T3' } },
    $version: 6,
  });
});

describe('a replacement of a twin', () => {
  const before = applyTwinPatch(twinWith({ a: 0, b: { c: 1, d: 2 } }), { tags: { old: 1 } }, 'T2').twin;
  const change = applyTwinReplacement(before, { desired: { a: 1, b: { c: 3 }, e: 100 } }, 'T3');

  it('increments the version and deletes the properties and tags that it omits', () => {
    expect(change.twin.properties.desired).toMatchObject({ a: 1, b: { c: 3 }, e: 100, $version: 3 });
    expect(change.twin.properties.desired['b']).toEqual({ c: 3 });
    expect(change.twin.tags).toEqual({});
  });

  it('notifies the client of deleted properties by nulls at every level', () => {
    expect(change.notification).toEqual({ a: 1, b: { c: 3, d: null }, e: 100, $version: 3 });
  });
});

it('formatClientTwin returns both sections with versions and without metadata and tags', () => {
  const twin = applyTwinPatch(twinWith({ interval: 30 }), { tags: { hidden: true } }, 'T3').twin;
  expect(formatClientTwin(twin)).toEqual({
    desired: { interval: 30, $version: 2 },
    reported: { $version: 1 },
  });
});

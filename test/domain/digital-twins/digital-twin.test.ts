import { describe, expect, test } from 'vitest';
import { formatDigitalTwin } from '../../../emulator/domain/digital-twins/digital-twin.ts';
import {
  applyDigitalTwinPatch,
  parseDigitalTwinPatch,
} from '../../../emulator/domain/digital-twins/digital-twin-patch.ts';
import type { JsonObject, JsonValue } from '../../../emulator/domain/json.ts';
import type { Result } from '../../../emulator/domain/result.ts';
import {
  applyReportedPatch,
  applyTwinPatch,
  createTwin,
  type Twin,
} from '../../../emulator/domain/twins/twin.ts';
import { identityOf } from '../../hub/quiet-hub.ts';

const BORN = '2025-03-01T06:00:00Z';
const WANTED = '2025-03-01T06:05:00Z';
const REPORTED = '2025-03-01T06:11:04.9309159Z';

describe('a digital twin', () => {
  test('of a device without a model says so', () => {
    expect(formatDigitalTwin(twinOf({}))).toEqual({ $dtId: 'th-01', $metadata: { $model: '' } });
  });

  test('shows a controller with a thermostat: values, what is wanted, what was acknowledged and when', () => {
    const twin = twinOf({
      modelId: 'dtmi:com:example:TemperatureController;1',
      desired: { thermostat1: { __t: 'c', targetTemperature: 21.8 } },
      reported: {
        serialNumber: 'alwinexlepaho8329',
        thermostat1: {
          __t: 'c',
          maxTemp: 25.3,
          targetTemperature: { value: 21.8, ac: 200, av: 2, ad: 'Successfully executed patch' },
        },
      },
    });
    expect(formatDigitalTwin(twin)).toEqual({
      $dtId: 'th-01',
      serialNumber: 'alwinexlepaho8329',
      thermostat1: {
        maxTemp: 25.3,
        targetTemperature: 21.8,
        $metadata: {
          maxTemp: { lastUpdateTime: REPORTED },
          targetTemperature: {
            desiredValue: 21.8,
            desiredVersion: 2,
            ackVersion: 2,
            ackCode: 200,
            ackDescription: 'Successfully executed patch',
            lastUpdateTime: REPORTED,
          },
        },
      },
      $metadata: {
        $model: 'dtmi:com:example:TemperatureController;1',
        serialNumber: { lastUpdateTime: REPORTED },
      },
    });
  });

  test('shows what is only wanted in its metadata alone, also within a component', () => {
    const twin = twinOf({ desired: { fanSpeed: 2, thermostat1: { __t: 'c', targetTemperature: 20 } } });
    expect(formatDigitalTwin(twin)).toEqual({
      $dtId: 'th-01',
      thermostat1: { $metadata: { targetTemperature: { desiredValue: 20, desiredVersion: 2 } } },
      $metadata: { $model: '', fanSpeed: { desiredValue: 2, desiredVersion: 2 } },
    });
  });

  test.each<[string, JsonValue]>([
    ['an object', { rssi: -50, type: 'wifi' }],
    ['an array', [1, 2]],
    ['an object with a value that is no acknowledgement', { value: 3, unit: 'celsius' }],
    ['an acknowledgement with something more', { value: 3, ac: 200, av: 1, unit: 'celsius' }],
    ['an object that calls itself something else', { __t: 'x', a: 1 }],
  ])('shows %s as the value that it is', (_title, value) => {
    expect(formatDigitalTwin(twinOf({ reported: { net: value } }))).toMatchObject({
      net: value,
      $metadata: { net: { lastUpdateTime: REPORTED } },
    });
  });

  test('shows an acknowledgement without a version or a description too', () => {
    expect(formatDigitalTwin(twinOf({ reported: { fanSpeed: { value: 3, ac: 202 } } }))).toMatchObject({
      fanSpeed: 3,
      $metadata: { fanSpeed: { ackCode: 202, lastUpdateTime: REPORTED } },
    });
  });
});

describe('a JSON Patch of a digital twin becomes a patch of desired properties', () => {
  const thermostat = { __t: 'c', targetTemperature: 20, mode: 'eco' };

  test.each<[string, JsonObject, readonly JsonObject[], JsonObject]>([
    ['add a property', {}, [add('/fanSpeed', 2)], { fanSpeed: 2 }],
    ['replace a property', { fanSpeed: 1 }, [{ ...add('/fanSpeed', 2), op: 'replace' }], { fanSpeed: 2 }],
    ['add the value that is wanted already', { fanSpeed: 2 }, [add('/fanSpeed', 2)], { fanSpeed: 2 }],
    ['remove a property', { fanSpeed: 1, other: 1 }, [remove('/fanSpeed')], { fanSpeed: null }],
    ['remove what is not there', { other: 1 }, [remove('/fanSpeed')], {}],
    [
      'replace an object as a whole',
      { net: { a: 1, b: { c: 1 } } },
      [add('/net', { b: { d: 2 } })],
      { net: { a: null, b: { c: null, d: 2 } } },
    ],
    [
      'add a component',
      {},
      [add('/thermostat1', { targetTemperature: 21, $metadata: {} })],
      { thermostat1: { __t: 'c', targetTemperature: 21 } },
    ],
    [
      'replace a component, which clears what is not mentioned',
      { thermostat1: thermostat },
      [add('/thermostat1', { targetTemperature: 21, $metadata: {} })],
      { thermostat1: { __t: 'c', targetTemperature: 21, mode: null } },
    ],
    ['remove a component', { thermostat1: thermostat }, [remove('/thermostat1')], { thermostat1: null }],
    [
      'add to a component, which touches nothing else in it',
      { thermostat1: thermostat },
      [add('/thermostat1/targetTemperature', 21)],
      { thermostat1: { targetTemperature: 21 } },
    ],
    [
      'remove from a component',
      { thermostat1: thermostat },
      [remove('/thermostat1/mode')],
      { thermostat1: { mode: null } },
    ],
    [
      'remove the last property of a component, which goes with it',
      { thermostat1: { __t: 'c', mode: 'eco' } },
      [remove('/thermostat1/mode')],
      { thermostat1: null },
    ],
    [
      'several steps after one another',
      { thermostat2: thermostat },
      [
        add('/thermostat1', { targetTemperature: 21, $metadata: {} }),
        add('/thermostat1/mode', 'full'),
        remove('/thermostat2/mode'),
        add('/fanSpeed', 2),
        remove('/fanSpeed'),
      ],
      { thermostat1: { __t: 'c', targetTemperature: 21, mode: 'full' }, thermostat2: { mode: null } },
    ],
  ])('%s', (_title, desired, operations, expected) => {
    expect(patchOf(twinOf({ desired }), operations)).toEqual({ ok: true, value: expected });
  });

  test('also in a component that only the device has shown so far', () => {
    const twin = twinOf({ reported: { thermostat1: { __t: 'c', maxTemp: 25 } } });
    expect(patchOf(twin, [add('/thermostat1/targetTemperature', 21)])).toEqual({
      ok: true,
      value: { thermostat1: { __t: 'c', targetTemperature: 21 } },
    });
    expect(patchOf(twin, [remove('/thermostat1/targetTemperature')])).toEqual({ ok: true, value: {} });
  });
});

describe('a JSON Patch of a digital twin is refused', () => {
  const deep = { a: { b: { c: { d: { e: 1 } } } } };

  test.each<[string, string, JsonValue]>([
    ['that is no array', 'InvalidDigitalTwinJsonPatch', { op: 'add', path: '/a', value: 1 }],
    ['with a step that is no object', 'InvalidDigitalTwinJsonPatch', ['add']],
    ['with a step without a path', 'InvalidDigitalTwinJsonPatch', [{ op: 'add', value: 1 }]],
    ['of more than five hundred steps', 'InvalidDigitalTwinJsonPatch', Array(501).fill(add('/a', 1))],
    ['with an unknown step', 'InvalidDigitalTwinJsonPatch', [{ op: 'move', path: '/a', from: '/b' }]],
    ['that adds nothing', 'InvalidDigitalTwinJsonPatch', [{ op: 'add', path: '/a' }]],
    ['that adds null', 'InvalidDigitalTwinJsonPatch', [add('/a', null)]],
    ['of the whole twin', 'InvalidDigitalTwinPatchPath', [add('', {})]],
    ['whose path has no slash', 'InvalidDigitalTwinPatchPath', [add('a', 1)]],
    ['whose path goes too deep', 'InvalidDigitalTwinPatchPath', [add('/a/b/c', 1)]],
    [
      'that reaches for the metadata',
      'InvalidDigitalTwinPatchPath',
      [add('/$metadata/$model', 'dtmi:a:b;1')],
    ],
    ['whose name begins with a digit', 'InvalidDigitalTwinPatchPath', [add('/1a', 1)]],
    ['whose name ends with an underscore', 'InvalidDigitalTwinPatchPath', [add('/a_', 1)]],
    ['whose name is too long', 'InvalidDigitalTwinPatchPath', [add(`/${'a'.repeat(65)}`, 1)]],
    ['with an array', 'InvalidDigitalTwinPayload', [add('/a', [1])]],
    ['with an array within', 'InvalidDigitalTwinPayload', [add('/a', { b: [1] })]],
    ['with a name that is none', 'InvalidDigitalTwinPayload', [add('/a', { 'b-c': 1 })]],
    ['with more than five levels', 'InvalidDigitalTwinPayload', [add('/a', { z: deep })]],
    ['whose component mark is not empty', 'InvalidDigitalTwinPayload', [add('/a', { $metadata: { b: 1 } })]],
    ['whose component stands in a component', 'InvalidDigitalTwinPayload', [add('/t1/b', { $metadata: {} })]],
    ['that replaces a component without its mark', 'InvalidDigitalTwinPatch', [add('/t1', { a: 1 })]],
    ['that adds to a component that is not there', 'InvalidDigitalTwinPatch', [add('/t2/a', 1)]],
    ['that removes from what is no component', 'InvalidDigitalTwinPatch', [remove('/net/a')]],
  ])('%s', (_title, name, body) => {
    const twin = twinOf({ desired: { t1: { __t: 'c', a: 1 }, net: { a: 1 } } });
    expect(patchOf(twin, body)).toMatchObject({ ok: false, error: { name } });
  });

  test('but five levels are not too many', () => {
    expect(patchOf(twinOf({}), [add('/a', deep)])).toEqual({ ok: true, value: { a: deep } });
  });
});

function add(path: string, value: JsonValue): JsonObject {
  return { op: 'add', path, value };
}

function remove(path: string): JsonObject {
  return { op: 'remove', path };
}

function patchOf(twin: Twin, body: JsonValue): Result<JsonObject> {
  const operations = parseDigitalTwinPatch(body);
  return operations.ok ? applyDigitalTwinPatch(twin, operations.value) : operations;
}

function twinOf(members: {
  readonly modelId?: string;
  readonly desired?: JsonObject;
  readonly reported?: JsonObject;
}): Twin {
  const { modelId = '', desired = {}, reported = {} } = members;
  const twin = { ...createTwin(identityOf('th-01'), BORN), modelId };
  return applyReportedPatch(applyTwinPatch(twin, { desired }, WANTED).twin, reported, REPORTED);
}

import { describe, expect, it } from 'vitest';
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

const CREATED = '2025-03-01T06:00:00Z';
const UPDATED = '2025-03-01T06:05:00Z';
const REPORTED = '2025-03-01T06:11:04.9309159Z';

describe('a digital twin', () => {
  it('has an empty model id if its device has no model', () => {
    expect(formatDigitalTwin(twinOf({}))).toEqual({ $dtId: 'th-01', $metadata: { $model: '' } });
  });

  it('contains values, desired values and acknowledgements of a device with a component', () => {
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

  it('contains a desired value that is not reported in the metadata only', () => {
    const twin = twinOf({ desired: { fanSpeed: 2, thermostat1: { __t: 'c', targetTemperature: 20 } } });
    expect(formatDigitalTwin(twin)).toEqual({
      $dtId: 'th-01',
      thermostat1: { $metadata: { targetTemperature: { desiredValue: 20, desiredVersion: 2 } } },
      $metadata: { $model: '', fanSpeed: { desiredValue: 2, desiredVersion: 2 } },
    });
  });

  it.each<[string, JsonValue]>([
    ['an object', { rssi: -50, type: 'wifi' }],
    ['an array', [1, 2]],
    ['an object with a value but without an acknowledgement code', { value: 3, unit: 'celsius' }],
    ['an acknowledgement with an additional member', { value: 3, ac: 200, av: 1, unit: 'celsius' }],
    ['an object with a mark that is not the one of a component', { __t: 'x', a: 1 }],
  ])('contains %s unchanged', (_title, value) => {
    expect(formatDigitalTwin(twinOf({ reported: { net: value } }))).toMatchObject({
      net: value,
      $metadata: { net: { lastUpdateTime: REPORTED } },
    });
  });

  it('contains an acknowledgement without a version and a description', () => {
    expect(formatDigitalTwin(twinOf({ reported: { fanSpeed: { value: 3, ac: 202 } } }))).toMatchObject({
      fanSpeed: 3,
      $metadata: { fanSpeed: { ackCode: 202, lastUpdateTime: REPORTED } },
    });
  });
});

describe('the translation of a JSON Patch of a digital twin', () => {
  const thermostat = { __t: 'c', targetTemperature: 20, mode: 'eco' };

  it.each<[string, JsonObject, readonly JsonObject[], JsonObject]>([
    ['adds a property', {}, [add('/fanSpeed', 2)], { fanSpeed: 2 }],
    ['replaces a property', { fanSpeed: 1 }, [{ ...add('/fanSpeed', 2), op: 'replace' }], { fanSpeed: 2 }],
    [
      'contains an added value that is the desired value already',
      { fanSpeed: 2 },
      [add('/fanSpeed', 2)],
      { fanSpeed: 2 },
    ],
    ['removes a property', { fanSpeed: 1, other: 1 }, [remove('/fanSpeed')], { fanSpeed: null }],
    ['is empty if the removed property does not exist', { other: 1 }, [remove('/fanSpeed')], {}],
    [
      'replaces a complete object',
      { net: { a: 1, b: { c: 1 } } },
      [add('/net', { b: { d: 2 } })],
      { net: { a: null, b: { c: null, d: 2 } } },
    ],
    [
      'adds a component',
      {},
      [add('/thermostat1', { targetTemperature: 21, $metadata: {} })],
      { thermostat1: { __t: 'c', targetTemperature: 21 } },
    ],
    [
      'replaces a component and removes its other properties',
      { thermostat1: thermostat },
      [add('/thermostat1', { targetTemperature: 21, $metadata: {} })],
      { thermostat1: { __t: 'c', targetTemperature: 21, mode: null } },
    ],
    ['removes a component', { thermostat1: thermostat }, [remove('/thermostat1')], { thermostat1: null }],
    [
      'adds a property to a component and does not touch the others',
      { thermostat1: thermostat },
      [add('/thermostat1/targetTemperature', 21)],
      { thermostat1: { targetTemperature: 21 } },
    ],
    [
      'removes a property from a component',
      { thermostat1: thermostat },
      [remove('/thermostat1/mode')],
      { thermostat1: { mode: null } },
    ],
    [
      'removes a component with its last property',
      { thermostat1: { __t: 'c', mode: 'eco' } },
      [remove('/thermostat1/mode')],
      { thermostat1: null },
    ],
    [
      'combines several operations',
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
  ])('returns a twin patch that %s', (_title, desired, operations, expected) => {
    expect(patchOf(twinOf({ desired }), operations)).toEqual({ ok: true, value: expected });
  });

  it('returns a twin patch that adds a property to a component of the reported properties only', () => {
    const twin = twinOf({ reported: { thermostat1: { __t: 'c', maxTemp: 25 } } });
    expect(patchOf(twin, [add('/thermostat1/targetTemperature', 21)])).toEqual({
      ok: true,
      value: { thermostat1: { __t: 'c', targetTemperature: 21 } },
    });
    expect(patchOf(twin, [remove('/thermostat1/targetTemperature')])).toEqual({ ok: true, value: {} });
  });
});

describe('the validation of a JSON Patch of a digital twin', () => {
  const deep = { a: { b: { c: { d: { e: 1 } } } } };

  it.each<[string, string, JsonValue]>([
    ['that is not an array', 'InvalidDigitalTwinJsonPatch', { op: 'add', path: '/a', value: 1 }],
    ['with an operation that is not an object', 'InvalidDigitalTwinJsonPatch', ['add']],
    ['with an operation without a path', 'InvalidDigitalTwinJsonPatch', [{ op: 'add', value: 1 }]],
    ['of more than 500 operations', 'InvalidDigitalTwinJsonPatch', Array(501).fill(add('/a', 1))],
    ['with an unknown operation', 'InvalidDigitalTwinJsonPatch', [{ op: 'move', path: '/a', from: '/b' }]],
    ['that adds no value', 'InvalidDigitalTwinJsonPatch', [{ op: 'add', path: '/a' }]],
    ['that adds null', 'InvalidDigitalTwinJsonPatch', [add('/a', null)]],
    ['of the complete twin', 'InvalidDigitalTwinPatchPath', [add('', {})]],
    ['with a path without a slash', 'InvalidDigitalTwinPatchPath', [add('a', 1)]],
    ['with a path of three names', 'InvalidDigitalTwinPatchPath', [add('/a/b/c', 1)]],
    ['with a path to the metadata', 'InvalidDigitalTwinPatchPath', [add('/$metadata/$model', 'dtmi:a:b;1')]],
    ['with a name that begins with a digit', 'InvalidDigitalTwinPatchPath', [add('/1a', 1)]],
    ['with a name that ends with an underscore', 'InvalidDigitalTwinPatchPath', [add('/a_', 1)]],
    ['with a name of 65 characters', 'InvalidDigitalTwinPatchPath', [add(`/${'a'.repeat(65)}`, 1)]],
    ['with an array', 'InvalidDigitalTwinPayload', [add('/a', [1])]],
    ['with an array in an object', 'InvalidDigitalTwinPayload', [add('/a', { b: [1] })]],
    ['with an invalid name in an object', 'InvalidDigitalTwinPayload', [add('/a', { 'b-c': 1 })]],
    ['with more than five levels', 'InvalidDigitalTwinPayload', [add('/a', { z: deep })]],
    [
      'with a component whose mark is not empty',
      'InvalidDigitalTwinPayload',
      [add('/a', { $metadata: { b: 1 } })],
    ],
    ['with a component in a component', 'InvalidDigitalTwinPayload', [add('/t1/b', { $metadata: {} })]],
    ['that replaces a component without its mark', 'InvalidDigitalTwinPatch', [add('/t1', { a: 1 })]],
    ['that adds to a missing component', 'InvalidDigitalTwinPatch', [add('/t2/a', 1)]],
    ['that removes from an object that is not a component', 'InvalidDigitalTwinPatch', [remove('/net/a')]],
  ])('refuses a patch %s', (_title, name, body) => {
    const twin = twinOf({ desired: { t1: { __t: 'c', a: 1 }, net: { a: 1 } } });
    expect(patchOf(twin, body)).toMatchObject({ ok: false, error: { name } });
  });

  it('accepts a value of five levels', () => {
    expect(patchOf(twinOf({}), [add('/a', deep)])).toEqual({ ok: true, value: { a: deep } });
  });
});

function add(path: string, value: JsonValue): JsonObject {
  return { op: 'add', path, value };
}

function remove(path: string): JsonObject {
  return { op: 'remove', path };
}

describe('the parser of a digital twin patch', () => {
  it('ignores the case of member names and of op, and never converts a value', () => {
    const body = [
      { Op: 'Add', Path: '/a', Value: '30' },
      { op: ' REPLACE ', path: '/b', value: 'true' },
      { OP: 'remove', PATH: '/c' },
    ];
    expect(parseDigitalTwinPatch(body)).toEqual({
      ok: true,
      value: [
        { kind: 'set', path: ['a'], value: '30' },
        { kind: 'set', path: ['b'], value: 'true' },
        { kind: 'remove', path: ['c'] },
      ],
    });
  });

  it.each<[string, JsonValue, string]>([
    ['op is a number', { op: 0, path: '/a', value: 1 }, 'InvalidDigitalTwinJsonPatch'],
    ['op is missing', { path: '/a', value: 1 }, 'InvalidDigitalTwinJsonPatch'],
    ['op is an object', { op: {}, path: '/a', value: 1 }, 'InvalidDigitalTwinJsonPatch'],
    ['path is missing', { op: 'add', value: 1 }, 'InvalidDigitalTwinJsonPatch'],
    ['path is an array', { op: 'add', path: ['/a'], value: 1 }, 'InvalidDigitalTwinJsonPatch'],
    [
      'path is a number, which is bound as a string',
      { op: 'add', path: 5, value: 1 },
      'InvalidDigitalTwinPatchPath',
    ],
  ])('refuses an operation if its %s', (_title, operation, name) => {
    expect(parseDigitalTwinPatch([operation])).toMatchObject({ ok: false, error: { name } });
  });
});

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
  const twin = { ...createTwin(identityOf('th-01'), CREATED), modelId };
  return applyReportedPatch(applyTwinPatch(twin, { desired }, UPDATED).twin, reported, REPORTED);
}

import { describe, expect, it } from 'vitest';
import { parseDigitalTwinPatch } from '../../../emulator/domain/digital-twins/digital-twin-patch.ts';
import type { JsonObject } from '../../../emulator/domain/json.ts';
import { NO_PRECONDITION, type Precondition } from '../../../emulator/domain/precondition.ts';
import { createQuietHub, deviceIdOf, outcomeOf, type QuietHub, succeeded } from '../quiet-hub.ts';

const D1 = deviceIdOf('d1');

describe('a digital twin', () => {
  it('is read with the etag of the device twin', () => {
    const quiet = hubWithDevice();
    expect(quiet.hub.digitalTwins.getDigitalTwin(D1)).toEqual({
      ok: true,
      value: { document: { $dtId: 'd1', $metadata: { $model: '' } }, etag: 'AAAAAAAAAAE=' },
    });
  });

  it('is updated with a new etag, and delivered to the device as desired properties', () => {
    const quiet = hubWithDevice();
    const { session, connection } = quiet.connect('d1', { channels: ['desiredProperties'] });
    succeeded(session.updateReportedProperties({ thermostat1: { __t: 'c', maxTemp: 25 } }));
    expect(update(quiet, [{ op: 'add', path: '/thermostat1/targetTemperature', value: 21.5 }])).toEqual({
      ok: true,
      value: { etag: 'AAAAAAAAAAI=' },
    });
    expect(connection.desiredPatches).toEqual([
      { thermostat1: { __t: 'c', targetTemperature: 21.5 }, $version: 2 },
    ]);
    const acknowledged = { targetTemperature: { value: 21.5, ac: 200, av: 2, ad: 'done' } };
    succeeded(session.updateReportedProperties({ thermostat1: acknowledged }));
    expect(succeeded(quiet.hub.digitalTwins.getDigitalTwin(D1)).document).toMatchObject({
      thermostat1: {
        maxTemp: 25,
        targetTemperature: 21.5,
        $metadata: {
          targetTemperature: { desiredValue: 21.5, desiredVersion: 2, ackVersion: 2, ackCode: 200 },
        },
      },
    });
  });

  it('keeps its etag if an update changes nothing', () => {
    const quiet = hubWithDevice();
    expect(update(quiet, [{ op: 'remove', path: '/fanSpeed' }])).toEqual({
      ok: true,
      value: { etag: 'AAAAAAAAAAE=' },
    });
  });

  it('refuses an update with a wrong etag or of too many bytes', () => {
    const quiet = hubWithDevice();
    const patch = [{ op: 'add', path: '/fanSpeed', value: 2 }];
    const stale: Precondition = { kind: 'etag', etag: 'AAAAAAAAAAk=' };
    expect(outcomeOf(update(quiet, patch, stale))).toBe('PreconditionFailed');
    expect(outcomeOf(update(quiet, patch, { kind: 'etag', etag: 'AAAAAAAAAAE=' }))).toBe('ok');
    const large = Array.from({ length: 9 }, (_, index) => ({
      op: 'add',
      path: `/text${index}`,
      value: 'x'.repeat(4000),
    }));
    expect(outcomeOf(update(quiet, large))).toBe('DeviceModelMaxPropertiesExceeded');
  });

  it('does not exist if its device is not registered', () => {
    const { hub } = createQuietHub();
    expect(hub.digitalTwins.getDigitalTwin(D1)).toEqual({
      ok: false,
      error: { name: 'DeviceNotFound', message: 'Device d1 not registered' },
    });
    expect(outcomeOf(hub.digitalTwins.updateDigitalTwin(D1, [], NO_PRECONDITION))).toBe('DeviceNotFound');
  });
});

function hubWithDevice(): QuietHub {
  const quiet = createQuietHub();
  quiet.register('d1');
  return quiet;
}

function update(
  { hub }: QuietHub,
  patch: readonly JsonObject[],
  precondition: Precondition = NO_PRECONDITION,
) {
  return hub.digitalTwins.updateDigitalTwin(D1, succeeded(parseDigitalTwinPatch(patch)), precondition);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversResource } from '../../emulator/auth/audience.ts';

const HOST_NAMES = ['hub1.iothub.test', '127.0.0.1', '::1'];

describe('token of a policy', () => {
  it.each([
    ['hub1.iothub.test', [], true],
    ['hub1.iothub.test', ['devices', 'd'], true],
    ['HUB1.IoTHub.test', ['twins', 'd'], true],
    ['hub1.iothub.test:443', ['twins', 'd'], true],
    ['127.0.0.1%3A8443', ['devices'], true],
    ['hub1.iothub.test%2Fdevices', ['devices', 'd'], true],
    ['hub1.iothub.test%2fdevices%2fd', ['devices', 'd'], true],
    ['hub1.iothub.test/devices/d', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/Devices/D/modules', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/devices/d/modules/m', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/devices/d/modules/m', ['devices', 'd'], false],
    ['hub1.iothub.test/devices', [], false],
    ['hub1.iothub.test/devices/d', ['devices', 'dd'], false],
    ['hub1.iothub.test/dev', ['devices', 'd'], false],
    ['hub1.iothub.test/twins', ['devices', 'd'], false],
    ['hub1.iothub.test/', ['devices', 'd'], false],
    ['hub1.iothub.test/api-version=2016-11-14', ['devices', 'd'], false],
    ['hub1.iothub.test/devices/api-version=x', ['devices', 'd'], false],
    ['hub1.iothub.test.evil.example', ['devices', 'd'], false],
    ['hub2.iothub.test', ['devices', 'd'], false],
    ['', ['devices', 'd'], false],
    ['/devices/d', ['devices', 'd'], false],
  ])(
    'covers with the field sr %s the path %j, at or below it by whole segments: %s',
    (resource, path, covered) => {
      expect(coversResource({ resource, policyName: 'p' }, { hostNames: HOST_NAMES, path })).toBe(covered);
    },
  );
});

describe('token without a policy', () => {
  it.each([
    ['hub1.iothub.test/devices/d', ['devices', 'd'], true],
    ['hub1.iothub.test%2Fdevices%2FD', ['devices', 'd'], true],
    ['hub1.iothub.test%2Fdevices%2Fd%2Fmodules%2Fm', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/devices/d/api-version=2016-11-14', ['devices', 'd'], true],
    ['hub1.iothub.test/devices/d/modules/m/api-version=2016-11-14', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/devices/d/x=2016-11-14', ['devices', 'd'], false],
    ['hub1.iothub.test/devices/d/', ['devices', 'd'], true],
    ['hub1.iothub.test/devices/d//', ['devices', 'd'], false],
    ['hub1.iothub.test/devices/d', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/devices/d/modules/m', ['devices', 'd'], false],
    ['hub1.iothub.test/devices', ['devices', 'd'], true],
    ['hub1.iothub.test/dev', ['devices', 'd'], false],
    ['hub1.iothub.test/', ['devices', 'd'], true],
    ['hub1.iothub.test', ['devices', 'd'], true],
    ['hub2.iothub.test', ['devices', 'd'], false],
    ['', ['devices', 'd'], false],
    ['/', ['devices', 'd'], false],
    ['hub1.iothub.test/d', ['devices', 'd'], false],
  ])(
    'covers with the field sr %s the path %j, at or below it by whole segments: %s',
    (resource, path, covered) => {
      expect(coversResource({ resource }, { hostNames: HOST_NAMES, path })).toBe(covered);
    },
  );

  it.each([
    ['hub1.iothub.test/d', ['devices', 'd'], true],
    ['hub1.iothub.test%2FD', ['devices', 'd'], true],
    ['hub1.iothub.test/d', ['devices', 'd', 'modules', 'm'], true],
    ['hub1.iothub.test/d', ['twins', 'd'], false],
    ['hub1.iothub.test/m', ['devices', 'd', 'modules', 'm'], false],
    ['hub1.iothub.test/d/modules', ['devices', 'd', 'modules', 'm'], false],
  ])('covers with the short field sr %s the path %j: %s', (resource, path, covered) => {
    const asked = { hostNames: HOST_NAMES, path, hasShortScope: true };
    expect(coversResource({ resource }, asked)).toBe(covered);
    expect(coversResource({ resource, policyName: 'p' }, asked)).toBe(false);
  });

  it('covers a device id with any legal characters, not encoded or encoded once or twice', () => {
    const legal = "ABCxyz019-:.+%_#*?!(),=@;$'".split('');
    const id = fc
      .array(fc.constantFrom(...legal), { minLength: 1, maxLength: 128 })
      .map((all) => all.join(''));
    const encodings = [
      (deviceId: string) => `hub1.iothub.test/devices/${deviceId}`,
      (deviceId: string) => encodeURIComponent(`hub1.iothub.test/devices/${deviceId}`),
      (deviceId: string) => `hub1.iothub.test/devices/${encodeURIComponent(deviceId)}`,
      (deviceId: string) => encodeURIComponent(`hub1.iothub.test/devices/${encodeURIComponent(deviceId)}`),
    ];
    fc.assert(
      fc.property(id, fc.constantFrom(...encodings), (deviceId, encode) => {
        const resource = { hostNames: HOST_NAMES, path: ['devices', deviceId] };
        expect(coversResource({ resource: encode(deviceId) }, resource)).toBe(true);
      }),
    );
  });
});

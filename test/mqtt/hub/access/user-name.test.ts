import { describe, expect, it } from 'vitest';
import { parseUserName, type UserName } from '../../../../emulator/mqtt/hub/access/user-name.ts';

const HOST = 'myhub.azure-devices.net';

function clientIdOf({ deviceId, moduleId }: Omit<UserName, 'hostName'>): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}

describe('parseUserName', () => {
  it.each<[string, string, Omit<UserName, 'hostName'>, string?]>([
    [
      'Node',
      `${HOST}/d/?api-version=2021-04-12&model-id=dtmi:com:x;1&DeviceClientType=azure-iot-device%2F1.18.4`,
      { deviceId: 'd', apiVersion: '2021-04-12', modelId: 'dtmi:com:x;1' },
    ],
    [
      'Python with a model id',
      `${HOST}/d/?api-version=2020-09-30&DeviceClientType=x&model-id=dtmi%3Acom%3Ax%3B1`,
      { deviceId: 'd', apiVersion: '2020-09-30', modelId: 'dtmi:com:x;1' },
    ],
    [
      'a module',
      `${HOST}/d/m/?api-version=2018-06-30`,
      { deviceId: 'd', moduleId: 'm', apiVersion: '2018-06-30' },
    ],
    ['old text without ?', `${HOST}/d/api-version=2016-11-14`, { deviceId: 'd', apiVersion: '2016-11-14' }],
    [
      'a client type first',
      `${HOST}/d/DeviceClientType=a&api-version=2017-06-30`,
      { deviceId: 'd', apiVersion: '2017-06-30' },
    ],
    ['no slash before ?', `${HOST}/d?api-version=2018-06-30`, { deviceId: 'd', apiVersion: '2018-06-30' }],
    ['no query at all', `${HOST}/d`, { deviceId: 'd' }],
    ['a last slash', `${HOST}/d/`, { deviceId: 'd' }],
    ['an empty query', `${HOST}/d/m/?`, { deviceId: 'd', moduleId: 'm' }],
    ['a blank api-version', `${HOST}/d/?api-version=%20`, { deviceId: 'd' }],
    [
      'slashes in a value',
      `${HOST}/d/?api-version=2018-06-30&DeviceClientType=a/b/c`,
      { deviceId: 'd', apiVersion: '2018-06-30', hasRawSlash: true },
    ],
    [
      'the old .NET fossil',
      `${HOST}/d/m/api-version=2017-06-30/DeviceClientType=Microsoft.Azure.Devices.Client/1.5.1-preview-003`,
      {
        deviceId: 'd',
        moduleId: 'm',
        apiVersion: '2017-06-30/DeviceClientType=Microsoft.Azure.Devices.Client/1.5.1-preview-003',
        hasRawSlash: true,
      },
    ],
    [
      'the first of two',
      `${HOST}/d/?api-version=a&api-version=b&model-id=c&model-id=d`,
      { deviceId: 'd', apiVersion: 'a', modelId: 'c' },
    ],
    [
      'odd ids',
      `${HOST}/ dev?x=#+%41 /?api-version=2021-04-12`,
      { deviceId: 'dev?x=#+%41', apiVersion: '2021-04-12' },
    ],
    [
      'names the hub does not know',
      `${HOST}/d/?api-version=1&auth-chain=x&y`,
      { deviceId: 'd', apiVersion: '1' },
    ],
    [
      'Node 1.0 and the C SDK of 2016',
      `${HOST}/d/DeviceClientType=azure-iot-device%2F1.0.14`,
      { deviceId: 'd' },
    ],
    [
      'a module without api-version',
      `${HOST}/d/m/DeviceClientType=c%2F1.0.4`,
      { deviceId: 'd', moduleId: 'm' },
    ],
    [
      'a slash in the first value',
      `${HOST}/d/DeviceClientType=a/b&api-version=2017-06-30`,
      { deviceId: 'd', apiVersion: '2017-06-30', hasRawSlash: true },
    ],
    [
      'a slash in a value behind ?',
      `${HOST}/d/?DeviceClientType=a/b c&api-version=2017-06-30&model-id=dtmi:x;1`,
      { deviceId: 'd', apiVersion: '2017-06-30', modelId: 'dtmi:x;1', hasRawSlash: true },
    ],
    [
      'a module id that looks like an option',
      `${HOST}/d/api-version=1/?api-version=2021-04-12`,
      { deviceId: 'd', moduleId: 'api-version=1', apiVersion: '2021-04-12' },
      'd/api-version=1',
    ],
    [
      'a module id that looks like the only option',
      `${HOST}/d/x=y`,
      { deviceId: 'd', moduleId: 'x=y' },
      'd/x=y',
    ],
    ['an option that could be a module id', `${HOST}/d/x=y`, { deviceId: 'd' }, 'd'],
    [
      'a device id that looks like an option',
      `${HOST}/api-version=1/?api-version=2021-04-12`,
      { deviceId: 'api-version=1', apiVersion: '2021-04-12' },
      'api-version=1',
    ],
    [
      'a device id with the options behind it',
      `${HOST}/d?x?api-version=2021-04-12`,
      { deviceId: 'd?x', apiVersion: '2021-04-12' },
      'd?x',
    ],
    [
      'the module of another client id',
      `${HOST}/d/m/?api-version=2021-04-12`,
      { deviceId: 'd', moduleId: 'm', apiVersion: '2021-04-12' },
      'd',
    ],
    [
      'the module of another client id, without options',
      `${HOST}/d/m`,
      { deviceId: 'd', moduleId: 'm' },
      'd',
    ],
    [
      'the device of a client id with a module',
      `${HOST}/d/?api-version=2021-04-12`,
      { deviceId: 'd', apiVersion: '2021-04-12' },
      'd/m',
    ],
  ])('parses %s', (_client, text, expected: Omit<UserName, 'hostName'>, clientId = clientIdOf(expected)) => {
    expect(parseUserName(text, clientId)).toEqual({ ok: true, value: { hostName: HOST, ...expected } });
  });

  it.each([
    ['', ''],
    ['', 'd'],
    [HOST, 'd'],
    [`${HOST}/`, ''],
    [`${HOST}//?api-version=1`, ''],
    [`${HOST}//?api-version=1`, 'd'],
    [`${HOST}//m/?api-version=1`, '/m'],
    [`${HOST}/d//m/?api-version=1`, 'd'],
    [`${HOST}/d//m/?api-version=1`, 'd//m'],
    [`${HOST}/a/b/c/?api-version=1`, 'a'],
    [`${HOST}/a/b/c/?api-version=1`, 'a/b/c'],
    ['/d/?api-version=1', 'd'],
  ])('refuses %j of the client id %j', (text, clientId) => {
    expect(parseUserName(text, clientId)).toMatchObject({ ok: false, error: { name: 'IotHubUnauthorized' } });
  });
});

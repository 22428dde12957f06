import { describe, expect, it } from 'vitest';
import { parseUserName } from '../../../../emulator/mqtt/hub/access/user-name.ts';

const HOST = 'myhub.azure-devices.net';

describe('parseUserName', () => {
  it.each([
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
      { deviceId: 'd', apiVersion: '2018-06-30' },
    ],
    [
      'the old .NET fossil',
      `${HOST}/d/m/api-version=2017-06-30/DeviceClientType=Microsoft.Azure.Devices.Client/1.5.1-preview-003`,
      {
        deviceId: 'd',
        moduleId: 'm',
        apiVersion: '2017-06-30/DeviceClientType=Microsoft.Azure.Devices.Client/1.5.1-preview-003',
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
  ])('parses %s', (_client, text, expected) => {
    expect(parseUserName(text)).toEqual({ ok: true, value: { hostName: HOST, ...expected } });
  });

  it.each([
    '',
    HOST,
    `${HOST}/`,
    `${HOST}//?api-version=1`,
    `${HOST}/a/b/c/?api-version=1`,
    '/d/?api-version=1',
  ])('refuses %j', (text) => {
    expect(parseUserName(text)).toMatchObject({ ok: false, error: { name: 'IotHubUnauthorized' } });
  });
});

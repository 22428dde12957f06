import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../emulator/domain/identities/client-identity.ts';
import {
  formatDesiredPatchTopic,
  formatInputTopic,
  formatMethodTopic,
  formatTwinResponseTopic,
  parseRequestTopic,
} from '../../../emulator/mqtt/hub/topic-formats.ts';
import { TOPICS } from '../../../emulator/mqtt/hub/topics.ts';

const MODULE = { deviceId: 'd', moduleId: 'm' } as ClientIdentity;

describe('parseRequestTopic', () => {
  it.each([
    ['$iothub/twin/GET/?$rid=1', { operation: 'getTwin', requestId: '1' }],
    ['$iothub/twin/GET/?$rid=a%2Fb', { operation: 'getTwin', requestId: 'a%2Fb' }],
    ['$iothub/twin/GET/?$rid=', { operation: 'getTwin', requestId: '' }],
    [
      '$iothub/twin/PATCH/properties/reported/?$rid=x',
      { operation: 'updateReportedProperties', requestId: 'x' },
    ],
    [
      '$iothub/twin/PATCH/properties/reported/?$rid=x&$version=4',
      { operation: 'updateReportedProperties', requestId: 'x', expectedVersion: 4 },
    ],
    [
      '$iothub/twin/PATCH/properties/reported/?$version=4&$rid=x',
      { operation: 'updateReportedProperties', requestId: 'x', expectedVersion: 4 },
    ],
    ['$iothub/methods/res/200/?$rid=1f', { operation: 'sendMethodResponse', requestId: '1f', status: 200 }],
    ['$iothub/methods/res/-1/?$rid=2&a=b', { operation: 'sendMethodResponse', requestId: '2', status: -1 }],
  ])('parses %s', (topic, expected) => {
    expect(parseRequestTopic(topic)).toEqual(expected);
  });

  it.each([
    '',
    '$iothub/twin/GET/',
    '$iothub/twin/GET/?',
    '$iothub/twin/GET?$rid=1',
    '$iothub/twin/get/?$rid=1',
    '$iothub/twin/GET/x/?$rid=1',
    '$iothub/twin/PATCH/properties/desired/?$rid=1',
    '$iothub/methods/res/ok/?$rid=1',
    '$iothub/methods/res/99999999999/?$rid=1',
    '$iothub/methods/POST/reboot/?$rid=1',
    '$iothub/twin/res/200/?$rid=1',
    'devices/d/messages/devicebound/?$rid=1',
  ])('returns undefined for %j', (topic) => {
    expect(parseRequestTopic(topic)).toBeUndefined();
  });
});

describe('the topic of a delivery', () => {
  it.each([
    [formatTwinResponseTopic(200, 'a%2F'), '$iothub/twin/res/200/?$rid=a%2F'],
    [formatTwinResponseTopic(204, '7', 12), '$iothub/twin/res/204/?$rid=7&$version=12'],
    [formatDesiredPatchTopic(3), '$iothub/twin/PATCH/properties/desired/?$version=3'],
    [formatMethodTopic('reboot', 'a'), '$iothub/methods/POST/reboot/?$rid=a'],
    [formatMethodTopic("odd name's é", '1'), "$iothub/methods/POST/odd name's é/?$rid=1"],
    [formatMethodTopic('a/b?c#d+e%f\n', '1'), '$iothub/methods/POST/a%2Fb%3Fc%23d%2Be%25f%0A/?$rid=1'],
    [formatInputTopic(MODULE, 'in1', 'p=1'), 'devices/d/modules/m/inputs/in1/p=1'],
  ])('is %s', (topic, expected) => {
    expect(topic).toBe(expected);
  });
});

it('every topic has a meaning, and none occurs twice', () => {
  for (const { meaning } of TOPICS) expect(meaning).toMatch(/^[A-Z].*\.$/);
  const rows = TOPICS.map(({ direction, pattern }) => `${direction} ${pattern}`);
  expect(new Set(rows).size).toBe(rows.length);
});

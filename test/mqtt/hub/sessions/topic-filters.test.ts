import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../../emulator/domain/identities/client-identity.ts';
import { findReach, isReached } from '../../../../emulator/mqtt/hub/sessions/topic-filters.ts';

const DEVICE = { deviceId: 'd' } as ClientIdentity;
const MODULE = { deviceId: 'd', moduleId: 'm' } as ClientIdentity;

/** Describes the channels that a filter reaches; `~` marks a part of a channel. */
function describeReach(identity: ClientIdentity, filter: string): string {
  const reach = findReach(identity, filter);
  if (reach === undefined) return 'forbidden';
  return reach.map(({ channel, rest }) => (rest === undefined ? channel : `~${channel}`)).join(' ');
}

describe('the reach of a topic filter', () => {
  it.each([
    ['devices/d/messages/devicebound/#', 'messages', 'forbidden'],
    ['devices/d/modules/m/messages/devicebound/#', 'forbidden', 'messages'],
    ['devices/d/modules/m/inputs/#', 'forbidden', 'inputs'],
    ['devices/d/modules/m/#', 'forbidden', 'messages inputs'],
    ['$iothub/twin/res/#', 'twinResponses', 'twinResponses'],
    ['$iothub/twin/PATCH/properties/desired/#', 'desiredProperties', 'desiredProperties'],
    ['$iothub/methods/POST/#', 'methods', 'methods'],
    ['#', 'messages', 'messages inputs'],
    ['+/#', 'messages', 'messages inputs'],
    ['devices/#', 'messages', 'messages inputs'],
    ['devices/+/#', 'messages', 'messages inputs'],
    ['devices/d/#', 'messages', 'messages inputs'],
    ['devices/+/messages/devicebound/#', 'messages', 'forbidden'],
    ['devices/d/messages/deviceBound/#', 'messages', 'forbidden'],
    ['devices/d/MESSAGES/DeviceBound/#', 'messages', 'forbidden'],
    ['devices/d/Modules/m/Inputs/#', 'forbidden', 'inputs'],
    ['devices/d/messages/devicebound/+', 'messages', 'forbidden'],
    ['devices/d/modules/+/messages/devicebound/#', 'forbidden', 'messages'],
    ['devices/d/messages/events/#', '', 'forbidden'],
    ['devices/d/messages/events', '', 'forbidden'],
    ['devices/d/messages/events/a=b', '', 'forbidden'],
    ['devices/d/messages/+', '', 'forbidden'],
    ['devices/d/modules/m/messages/events/#', 'forbidden', ''],
    ['devices/d/modules/m/inputs/in1/#', 'forbidden', '~inputs'],
    ['devices/d/modules/m/inputs/in1/+', 'forbidden', '~inputs'],
    ['devices/d/modules/m/inputs/+/#', 'forbidden', 'inputs'],
    ['$iothub/#', 'twinResponses desiredProperties methods', 'twinResponses desiredProperties methods'],
    ['$iothub/twin/#', 'twinResponses desiredProperties', 'twinResponses desiredProperties'],
    ['$iothub/+/res/#', 'twinResponses', 'twinResponses'],
    ['$iothub/twin/res/+/#', 'twinResponses', 'twinResponses'],
    ['$iothub/twin/res/+/+', '~twinResponses', '~twinResponses'],
    ['$iothub/twin/res/200/#', '~twinResponses', '~twinResponses'],
    ['$iothub/methods/#', 'methods', 'methods'],
    ['$iothub/methods/POST/reboot/#', '~methods', '~methods'],
    ['$iothub/methods/POST/+/+', 'methods', 'methods'],
  ])('%s is %j for a device and %j for a module', (filter, device, module) => {
    expect(describeReach(DEVICE, filter)).toBe(device);
    expect(describeReach(MODULE, filter)).toBe(module);
  });

  it.each([
    '',
    '/',
    '/#',
    '+',
    '$share/group/devices/d/#',
    '$SYS/#',
    '+/twin/res/#',
    '+/methods/POST/#',
    'devices/other/messages/devicebound/#',
    'devices/D/messages/devicebound/#',
    'devices/d/modules/other/#',
    'devices/d/messages/devicebounds/#',
    'devices/d/messages/devicebound',
    'devices/d/messages/devicebound/',
    'devices/d/messages/devicebound/+/+',
    'devices/d/messages/devicebound#',
    'devices/d/#/devicebound',
    'devices/d+/messages/devicebound/#',
    'devices/d',
    '$iothub/Methods/POST/#',
    '$iothub/methods/POST',
    '$iothub/methods/POST/reboot',
    '$iothub/methods/res/#',
    '$iothub/twin/GET/#',
    '$iothub/twin/res/ok/#',
    '$iothub/twin/PATCH/properties/reported/#',
    '$iothub/twin/PATCH/properties/desired/new/#',
    `devices/d/messages/events/${'+/'.repeat(100)}#`,
  ])('%j is forbidden', (filter) => {
    expect(describeReach(DEVICE, filter)).toBe('forbidden');
    expect(describeReach(MODULE, filter)).toBe('forbidden');
  });

  it.each(['a#b', 'a+b', '+', '#'])('has no topic with the id %s, because it is illegal in a topic', (id) => {
    const device = { deviceId: id } as ClientIdentity;
    for (const filter of [`devices/${id}/messages/devicebound/#`, 'devices/+/messages/devicebound/#', '#'])
      expect(describeReach(device, filter)).toBe('forbidden');
    expect(describeReach(device, '$iothub/methods/POST/#')).toBe('methods');
  });
});

describe('a filter for a part of a channel', () => {
  it.each([
    ['$iothub/twin/res/200/#', '$iothub/twin/res/200/?$rid=1', true],
    ['$iothub/twin/res/200/#', '$iothub/twin/res/204/?$rid=1&$version=2', false],
    ['$iothub/twin/res/+/+', '$iothub/twin/res/204/?$rid=1', true],
    ['$iothub/twin/res/+/+', '$iothub/twin/res/204/?$rid=a/b', false],
    ['$iothub/twin/res/+/?$rid=1', '$iothub/twin/res/204/?$rid=1', true],
    ['$iothub/twin/res/+/?$rid=1', '$iothub/twin/res/204/?$rid=12', false],
    ['$iothub/methods/POST/reboot/#', '$iothub/methods/POST/reboot/?$rid=1', true],
    ['$iothub/methods/POST/reboot/#', '$iothub/methods/POST/rebooted/?$rid=1', false],
    ['devices/+/modules/+/inputs/in1/#', 'devices/d/modules/m/inputs/in1/%24.cdid=d', true],
    ['devices/d/MODULES/m/inputs/in1/#', 'devices/d/modules/m/inputs/in1/%24.cdid=d', true],
    ['devices/d/modules/m/inputs/in1/#', 'devices/d/modules/m/inputs/in2/%24.cdid=d', false],
  ])('%s and the topic %s: %s', (filter, topic, expected) => {
    expect(findReach(MODULE, filter)?.some((part) => isReached(part, topic))).toBe(expected);
  });
});

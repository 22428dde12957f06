import { describe, expect, it } from 'vitest';
import type { ClientIdentity } from '../../../../emulator/domain/identities/client-identity.ts';
import type {
  CloudToDeviceMessage,
  ModuleInputMessage,
} from '../../../../emulator/domain/messages/message.ts';
import {
  formatCloudToDeviceTopic,
  formatModuleInputTopic,
} from '../../../../emulator/mqtt/hub/cloud-to-device/message-format.ts';

const DEVICE = { deviceId: 'd 1' } as ClientIdentity;
const MODULE = { deviceId: 'd', moduleId: 'm' } as ClientIdentity;

function message(
  properties: Partial<CloudToDeviceMessage['properties']>,
  ack?: CloudToDeviceMessage['ack'],
): CloudToDeviceMessage {
  return {
    body: new Uint8Array(),
    ack,
    properties: { system: {}, application: {}, ...properties },
  };
}

describe('the topic of a cloud-to-device message', () => {
  it('contains system properties in the order of IoT Hub, and application properties after them', () => {
    const system = {
      contentEncoding: 'utf-8',
      contentType: 'text/plain; charset=UTF-8',
      userId: 'u',
      correlationId: 'c',
      to: '/devices/d/messages/deviceBound',
      expiryUtc: '2026-01-02T03:04:05.678Z',
      messageId: 'm&1',
    };
    expect(formatCloudToDeviceTopic(DEVICE, message({ system, application: { name: 'v' } }, 'full'))).toBe(
      'devices/d 1/messages/devicebound/%24.mid=m%261&%24.exp=2026-01-02T03%3A04%3A05.6780000Z' +
        '&%24.to=%2Fdevices%2Fd%2Fmessages%2FdeviceBound&%24.cid=c&%24.uid=u' +
        '&%24.ct=text%2Fplain%3B%20charset%3DUTF-8&%24.ce=utf-8&iothub-ack=full&name=v',
    );
  });

  it('contains an empty value as name=, and null as the name alone', () => {
    const system = { messageId: '', to: '/' };
    const application = { empty: '', nothing: null, $x: '1' };
    const topic = formatCloudToDeviceTopic(DEVICE, message({ system, application }));
    expect(topic).toMatch(/devicebound\/%24\.mid=&%24\.to=%2F&empty=&nothing&%24x=1$/);
  });

  it.each(['none', 'positive', 'negative', 'full'] as const)(
    'contains iothub-ack=%s if it was set',
    (ack) => {
      expect(formatCloudToDeviceTopic(DEVICE, message({}, ack))).toMatch(`/iothub-ack=${ack}`);
    },
  );
});

describe('the topic of a message to a module input', () => {
  it('names the sender first', () => {
    const input = {
      inputName: 'in1',
      body: new Uint8Array(),
      properties: { system: { messageId: '1', outputName: 'out' }, application: { a: 'b' } },
      sender: { deviceId: 'd', moduleId: 'source' },
    } as unknown as ModuleInputMessage;
    expect(formatModuleInputTopic(MODULE, input)).toBe(
      'devices/d/modules/m/inputs/in1/%24.cdid=d&%24.cmid=source&%24.mid=1&%24.on=out&a=b',
    );
  });
});

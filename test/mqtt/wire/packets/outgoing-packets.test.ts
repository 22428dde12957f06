import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { formatConnack } from '../../../../emulator/mqtt/wire/packets/connect-packet.ts';
import { formatPublish } from '../../../../emulator/mqtt/wire/packets/publish-packet.ts';
import { formatSuback, formatUnsuback } from '../../../../emulator/mqtt/wire/packets/subscribe-packet.ts';

const packetId = fc.integer({ min: 1, max: 65_535 });

describe('a formatted packet', () => {
  it('equals that of mqtt-packet for PUBLISH with any topic, body, packet id and DUP flag', () => {
    const body = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 1 }),
        body,
        fc.option(packetId, { nil: undefined }),
        fc.boolean(),
        (topic, body, packetId, isDuplicate) => {
          const publish = { topic, body, isDuplicate, ...(packetId === undefined ? {} : { packetId }) };
          expect(formatPublish(publish)).toEqual(
            generate({
              cmd: 'publish',
              topic,
              payload: typeof body === 'string' ? body : Buffer.from(body),
              retain: false,
              qos: packetId === undefined ? 0 : 1,
              dup: isDuplicate,
              ...(packetId === undefined ? {} : { messageId: packetId }),
            }),
          );
        },
      ),
    );
  });

  // The sizes at which the length of the packet needs one more byte, and the ones before.
  it.each([0, 124, 125, 16_380, 16_381, 2_097_148, 2_097_149])(
    'equals that of mqtt-packet for PUBLISH with a body of %d bytes',
    (size) => {
      const body = Buffer.alloc(size, 7);
      const expected = generate({
        cmd: 'publish',
        topic: 't',
        payload: body,
        qos: 0,
        dup: false,
        retain: false,
      });
      expect(formatPublish({ topic: 't', body })?.equals(expected)).toBe(true);
    },
  );

  it.each([
    [formatConnack(0), { cmd: 'connack', returnCode: 0, sessionPresent: false }],
    [formatConnack(0, true), { cmd: 'connack', returnCode: 0, sessionPresent: true }],
    [formatConnack(5), { cmd: 'connack', returnCode: 5, sessionPresent: false }],
    [formatUnsuback(513), { cmd: 'unsuback', messageId: 513 }],
  ] as const)('equals that of mqtt-packet for %j', (packet, expected) => {
    expect(packet).toEqual(generate(expected as Parameters<typeof generate>[0]));
  });

  it('equals that of mqtt-packet for SUBACK with any packet id and number of filters', () => {
    const granted = fc.array(fc.constantFrom(0 as const, 1 as const), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(packetId, granted, (messageId, codes) => {
        const subscriptions = codes.map((qualityOfService) => ({ filter: 'f', qualityOfService }));
        expect(formatSuback(messageId, subscriptions)).toEqual(
          generate({ cmd: 'suback', messageId, granted: codes }),
        );
      }),
    );
  });
});

describe('a PUBLISH', () => {
  it('is not formatted if its topic is longer than MQTT allows', () => {
    expect(formatPublish({ topic: 'ä'.repeat(32_768), body: '' })).toBeUndefined();
    expect(formatPublish({ topic: 'ä'.repeat(32_767), body: '' })).toBeInstanceOf(Buffer);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../../../emulator/mqtt/wire/packets/frame-splitter.ts';
import {
  LIMITS_BEFORE_CONNECT,
  limitsAfterConnect,
} from '../../../../emulator/mqtt/wire/packets/packet-types.ts';

const LIMITS_AFTER_CONNECT = limitsAfterConnect(256 * 1024);

function splitter(limits = LIMITS_AFTER_CONNECT) {
  const frames: string[] = [];
  const faults: string[] = [];
  const created: FrameSplitter = new FrameSplitter(
    {
      takeFrame: (bytes, start, body, end) => {
        frames.push(`${bytes.toString('hex', start, body)} ${bytes.toString('hex', body, end)}`);
        if ((bytes[start] as number) >> 4 === 1) created.hold();
      },
      takeFault: (fault) => {
        faults.push(fault);
        created.stop();
      },
    },
    limits,
  );
  return { splitter: created, frames, faults };
}

function publish(bodyBytes: number): Buffer {
  const length: number[] = [];
  for (let rest = bodyBytes; ; ) {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    length.push(rest > 0 ? digit | 0x80 : digit);
    if (rest === 0) break;
  }
  return Buffer.concat([Buffer.from([0x30, ...length]), Buffer.alloc(bodyBytes, bodyBytes % 251)]);
}

describe('FrameSplitter', () => {
  it('splits bytes into whole packets in all segments', () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 2, 127, 128, 300, 16_383, 16_384, 20_000), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(sizes, fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }), (bodies, cuts) => {
        const bytes = Buffer.concat(bodies.map(publish));
        const whole = splitter();
        whole.splitter.push(Buffer.from(bytes));
        const cut = splitter();
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = cuts[turn % cuts.length] as number;
          cut.splitter.push(Buffer.from(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(cut.frames).toEqual(whole.frames);
        expect(whole.frames).toHaveLength(bodies.length);
      }),
    );
  });

  it.each([
    ['a fifth length byte', [0x30, 0xff, 0xff, 0xff, 0xff, 0x01], 'packet-malformed'],
    ['256 MB announced', [0x30, 0xff, 0xff, 0xff, 0x7f], 'packet-too-large'],
    ['a SUBSCRIBE of 1 MB', [0x82, 0x80, 0x80, 0x40], 'packet-too-large'],
    ['a second CONNECT', [0x10, 0x02], 'packet-unexpected'],
    ['a CONNACK from a client', [0x20, 0x02], 'packet-unexpected'],
    ['PUBREL, which belongs to QoS 2', [0x62, 0x02], 'packet-unexpected'],
    ['a ping with a body', [0xc0, 0x01], 'packet-too-large'],
    ['type 0', [0x00, 0x00], 'packet-unexpected'],
  ])('refuses %s at its length', (_what, bytes, fault) => {
    const { splitter: subject, faults, frames } = splitter();
    subject.push(Buffer.from(bytes));
    expect({ faults, frames }).toEqual({ faults: [fault], frames: [] });
  });

  it('accepts only CONNECT as the first packet', () => {
    const { splitter: subject, faults } = splitter(LIMITS_BEFORE_CONNECT);
    subject.push(publish(3));
    expect(faults).toEqual(['packet-unexpected']);
  });

  it('holds the packets after CONNECT until it is released', () => {
    const { splitter: subject, frames } = splitter(LIMITS_BEFORE_CONNECT);
    subject.push(Buffer.concat([Buffer.from([0x10, 1, 7]), publish(1)]));
    subject.push(publish(2));
    expect(frames).toHaveLength(1);
    expect(subject.isBlocked).toBe(true);
    subject.release(LIMITS_AFTER_CONNECT);
    expect(frames).toHaveLength(3);
    expect(subject.isBlocked).toBe(false);
  });

  it('passes on nothing after it is stopped', () => {
    const { splitter: subject, frames } = splitter();
    subject.stop();
    subject.push(publish(1));
    subject.release(LIMITS_AFTER_CONNECT);
    expect(frames).toEqual([]);
    expect(subject.isBlocked).toBe(false);
  });
});

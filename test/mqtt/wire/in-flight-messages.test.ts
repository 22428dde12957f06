import { describe, expect, it } from 'vitest';
import { InFlightMessages } from '../../../emulator/mqtt/wire/in-flight-messages.ts';

describe('packet ids', () => {
  it('count from 1 to 65535 and from 1 again, without those of messages in flight', () => {
    const inFlight = new InFlightMessages();
    expect(inFlight.send(10, 'held')).toBe(1);
    const seen = new Set([1]);
    for (let count = 2; count <= 65_535; count++) seen.add(inFlight.nextPacketId());
    expect([seen.size, Math.max(...[1, 65_535].filter((id) => seen.has(id)))]).toEqual([65_535, 65_535]);
    expect(inFlight.nextPacketId()).toBe(2);
    expect(inFlight.acknowledge(1)).toBe('held');
    expect(inFlight.acknowledge(1)).toBeUndefined();
  });

  it('stay the same for a message that is sent again, which gets the new tag', () => {
    const inFlight = new InFlightMessages();
    const packetId = inFlight.send(10, 'first lock');
    expect(inFlight.send(10, 'second lock')).toBe(packetId);
    expect(inFlight.acknowledge(packetId)).toBe('second lock');
  });

  it('are forgotten for messages without a PUBACK, the oldest first', () => {
    const inFlight = new InFlightMessages();
    for (let number = 1; number <= 101; number++) inFlight.send(number, `lock ${number}`);
    expect(inFlight.acknowledge(1)).toBeUndefined();
    expect(inFlight.acknowledge(2)).toBe('lock 2');
  });
});

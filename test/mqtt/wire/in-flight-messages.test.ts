import { describe, expect, it } from 'vitest';
import { InFlightMessages } from '../../../emulator/mqtt/wire/in-flight-messages.ts';

describe('packet ids', () => {
  it('count from 1 to 65535 and from 1 again, without those of messages in flight', () => {
    const inFlight = new InFlightMessages();
    expect(inFlight.send(10, 'held')).toBe(1);
    for (let id = 2; id <= 65_535; id++) {
      expect(inFlight.sendWithoutTag()).toBe(id);
      inFlight.acknowledge(id);
    }
    expect(inFlight.sendWithoutTag()).toBe(2);
    expect(inFlight.acknowledge(1)).toBe('held');
    expect(inFlight.acknowledge(1)).toBeUndefined();
  });

  it('stay the same for a message that is sent again, which gets the new tag', () => {
    const inFlight = new InFlightMessages();
    const packetId = inFlight.send(10, 'first lock');
    expect(inFlight.send(10, 'second lock')).toBe(packetId);
    expect(inFlight.acknowledge(packetId)).toBe('second lock');
    expect(inFlight.send(10, 'third lock')).toBe(packetId + 1);
  });

  it('are not used again before their PUBACK, however many messages have none', () => {
    const inFlight = new InFlightMessages();
    for (let number = 1; number <= 300; number++) inFlight.send(number, `lock ${number}`);
    for (let id = 301; id <= 65_535; id++) inFlight.acknowledge(inFlight.sendWithoutTag());
    expect(inFlight.sendWithoutTag()).toBe(301);
    expect(inFlight.acknowledge(1)).toBe('lock 1');
    expect(inFlight.acknowledge(300)).toBe('lock 300');
  });

  it('are taken from the oldest message if every one is in use', () => {
    const inFlight = new InFlightMessages();
    for (let number = 1; number <= 65_535; number++) inFlight.send(number, `lock ${number}`);
    expect(inFlight.send(70_000, 'last lock')).toBe(1);
    expect(inFlight.acknowledge(1)).toBe('last lock');
    expect(inFlight.acknowledge(2)).toBe('lock 2');
  });

  it('are known from their first use on', () => {
    const inFlight = new InFlightMessages();
    expect([0, 1].map((id) => inFlight.hasSent(id))).toEqual([false, false]);
    inFlight.acknowledge(inFlight.send(10, 'lock'));
    expect([0, 1, 2].map((id) => inFlight.hasSent(id))).toEqual([false, true, false]);
    for (let id = 2; id <= 65_535; id++) inFlight.acknowledge(inFlight.sendWithoutTag());
    inFlight.sendWithoutTag();
    expect([0, 1, 65_535].map((id) => inFlight.hasSent(id))).toEqual([false, true, true]);
  });
});

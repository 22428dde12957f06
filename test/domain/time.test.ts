import { expect, it } from 'vitest';
import { formatTicks, formatTime, parseTime, ticksOf } from '../../emulator/domain/time.ts';

it.each([
  [Date.UTC(2025, 2, 1, 8, 24, 40, 736), '2025-03-01T08:24:40.736Z'],
  [Date.UTC(2025, 2, 1, 8, 24, 40, 700), '2025-03-01T08:24:40.7Z'],
  [Date.UTC(2025, 2, 1, 8, 24, 40, 0), '2025-03-01T08:24:40Z'],
])('formatTime omits trailing zeros of %i', (milliseconds, text) => {
  expect(formatTime(milliseconds)).toBe(text);
  expect(parseTime(text)).toBe(milliseconds);
});

it('ticksOf and formatTicks use the ticks of .NET', () => {
  expect(formatTicks(637131779299315265n)).toBe('2019-12-29T00:58:49.9315265Z');
  expect(ticksOf(Date.UTC(2019, 11, 29, 0, 58, 49, 931))).toBe(637131779299310000n);
});

it.each(['', 'yesterday', '2025-13-01T00:00:00Z', '1', '2025-03-01'])(
  'parseTime returns undefined for %j',
  (text) => {
    expect(parseTime(text)).toBeUndefined();
  },
);

it('parseTime reads a time without zone as UTC', () => {
  expect(parseTime('2025-03-01T10:00:00')).toBe(Date.UTC(2025, 2, 1, 10));
});

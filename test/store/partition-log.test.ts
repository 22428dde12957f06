import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LogCursor, PartitionLog } from '../../emulator/store/partition-log.ts';

function filledLog(weights: readonly number[]) {
  const log = new PartitionLog<{ sequenceNumber: number; enqueuedUtc: number; bytes: number }>();
  for (const [index, bytes] of weights.entries()) {
    log.append({ sequenceNumber: log.nextSequenceNumber, enqueuedUtc: index, bytes });
  }
  return log;
}

describe('a partition log', () => {
  it('numbers its entries from 0 without a gap', () => {
    const log = filledLog([1, 1, 1]);
    expect([0, 1, 2, 3].map((number) => log.at(number)?.sequenceNumber)).toEqual([0, 1, 2, undefined]);
    expect(log.nextSequenceNumber).toBe(3);
  });

  it('deletes the oldest entries by size and age, and returns the oldest remaining entry instead', () => {
    const log = filledLog([10, 10, 10, 10]);
    expect(log.trim(25, 0)).toBe(2);
    expect(log.at(0)?.sequenceNumber).toBe(2);
    expect(log.trim(1000, 3)).toBe(1);
    expect(log.firstSequenceNumber).toBe(3);
  });

  it('keeps its size limit, its order and consecutive numbers for any entries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 3000 }),
        fc.integer({ min: 50, max: 500 }),
        (weights, bound) => {
          const log = filledLog([]);
          for (const bytes of weights) {
            log.append({ sequenceNumber: log.nextSequenceNumber, enqueuedUtc: 0, bytes });
            log.trim(bound, 0);
            expect(log.bytes).toBeLessThanOrEqual(bound);
          }
          const kept: number[] = [];
          for (let number = log.firstSequenceNumber; number < log.nextSequenceNumber; number++) {
            kept.push(log.at(number)?.sequenceNumber ?? -1);
          }
          expect(kept).toEqual(kept.map((_, index) => log.firstSequenceNumber + index));
          expect(log.nextSequenceNumber).toBe(weights.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a log cursor', () => {
  it('reads each entry once and continues with appended ones', () => {
    const log = filled(2);
    const cursor = new LogCursor(log, 0);
    expect(readAll(cursor)).toEqual([0, 1]);
    log.append(entry(2));
    expect(readAll(cursor)).toEqual([2]);
  });

  it('continues at the end of restored content that is shorter', () => {
    const log = filled(5);
    const cursor = new LogCursor(log, 0);
    expect(readAll(cursor)).toEqual([0, 1, 2, 3, 4]);
    log.restore({ entries: [entry(0), entry(1)], nextSequenceNumber: 2 });
    expect(readAll(cursor)).toEqual([]);
    log.append(entry(2));
    expect(readAll(cursor)).toEqual([2]);
  });

  it('continues at the end of restored content that is longer', () => {
    const log = filled(2);
    const cursor = new LogCursor(log, 1);
    log.restore({ entries: [entry(0), entry(1), entry(2)], nextSequenceNumber: 3 });
    expect(readAll(cursor)).toEqual([]);
    log.append(entry(3));
    expect(readAll(cursor)).toEqual([3]);
  });
});

function entry(sequenceNumber: number) {
  return { sequenceNumber, enqueuedUtc: 0, bytes: 1 };
}

function filled(count: number): PartitionLog<ReturnType<typeof entry>> {
  const log = new PartitionLog<ReturnType<typeof entry>>();
  for (let index = 0; index < count; index++) log.append(entry(index));
  return log;
}

function readAll(cursor: LogCursor<ReturnType<typeof entry>>): readonly number[] {
  const numbers: number[] = [];
  for (let next = cursor.peek(); next !== undefined; next = cursor.peek()) {
    numbers.push(next.sequenceNumber);
    cursor.pass(next);
  }
  return numbers;
}

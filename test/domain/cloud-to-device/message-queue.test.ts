import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  abandon,
  complete,
  type EndedMessage,
  elapse,
  emptyQueue,
  enqueue,
  lockNext,
  type MessageQueue,
  nextDueUtc,
  purge,
  type QueueChange,
  reject,
  releaseConnection,
} from '../../../emulator/domain/cloud-to-device/message-queue.ts';
import type { Result } from '../../../emulator/domain/result.ts';

type Queue = MessageQueue<string>;
type Change = QueueChange<string>;

const NOW = 1_000_000;
const LOCK = 60_000;
const HOUR = 3_600_000;
const MAXIMUM_DELIVERY_COUNT = 10;

describe('a queue of messages', () => {
  const push = (queue: Queue) => locked(queue, 'one', true);
  const receive = (queue: Queue) => locked(queue, 'one', false);
  const settled = (result: Result<Change>) => (result.ok ? result.value : result.error.name);

  const ROWS: readonly {
    readonly event: string;
    readonly from: Queue;
    readonly by: (queue: Queue) => Change | string;
    readonly pending: readonly string[];
    readonly ended?: readonly string[];
  }[] = [
    {
      event: 'a message that is delivered becomes invisible',
      from: queueOf('a', 'b'),
      by: (queue) => unended(receive(queue)),
      pending: ['a invisible 0', 'b enqueued 0'],
    },
    {
      event: 'complete takes it away',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(complete(queue, 'one')),
      pending: ['b enqueued 0'],
      ended: ['a completed Success'],
    },
    {
      event: 'reject dead-letters it',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(reject(queue, 'one')),
      pending: ['b enqueued 0'],
      ended: ['a deadLettered Rejected'],
    },
    {
      event: 'abandon returns it to the head and counts',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(abandon(queue, 'one', MAXIMUM_DELIVERY_COUNT)),
      pending: ['a enqueued 1', 'b enqueued 0'],
    },
    {
      event: 'the abandonment that reaches the maximum dead-letters it',
      from: receive(queueOf('a')),
      by: (queue) => settled(abandon(queue, 'one', 1)),
      pending: [],
      ended: ['a deadLettered DeliveryCountExceeded'],
    },
    {
      event: 'the end of the lock returns it without counting',
      from: receive(queueOf('a', 'b')),
      by: (queue) => elapse(queue, NOW + LOCK),
      pending: ['a enqueued 0', 'b enqueued 0'],
    },
    {
      event: 'a moment before the end of the lock nothing happens',
      from: receive(queueOf('a')),
      by: (queue) => elapse(queue, NOW + LOCK - 1),
      pending: ['a invisible 0'],
    },
    {
      event: 'expiry dead-letters a message that waits',
      from: queueOf('a'),
      by: (queue) => elapse(queue, NOW + HOUR),
      pending: [],
      ended: ['a deadLettered Expired'],
    },
    {
      event: 'expiry dead-letters a message that the device holds',
      from: locked(queueOf('a'), 'one', false, NOW + 2 * HOUR),
      by: (queue) => elapse(queue, NOW + HOUR),
      pending: [],
      ended: ['a deadLettered Expired'],
    },
    {
      event: 'the end of the connection returns what was pushed over it, without counting',
      from: push(queueOf('a', 'b')),
      by: (queue) => unended(releaseConnection(queue)),
      pending: ['a enqueued 0', 'b enqueued 0'],
    },
    {
      event: 'the end of the connection leaves what was received by request',
      from: receive(queueOf('a')),
      by: (queue) => unended(releaseConnection(queue)),
      pending: ['a invisible 0'],
    },
    {
      event: 'purge ends all of them, held or not',
      from: receive(queueOf('a', 'b')),
      by: purge,
      pending: [],
      ended: ['a purged Purged', 'b purged Purged'],
    },
  ];

  test.each(ROWS)('$event', ({ from, by, pending, ended = [] }) => {
    const change = by(from);
    if (typeof change === 'string') throw new Error(change);
    expect(describePending(change.queue)).toEqual(pending);
    expect(change.ended.map(describeEnded)).toEqual(ended);
  });

  test.each([
    { name: 'complete', settle: complete },
    { name: 'reject', settle: reject },
    { name: 'abandon', settle: (queue: Queue, token: string) => abandon(queue, token, 10) },
  ])('$name with a lock that was lost is refused', ({ settle }) => {
    const late = elapse(receive(queueOf('a')), NOW + LOCK).queue;
    expect(settled(settle(late, 'one'))).toBe('DeviceMessageLockLost');
    expect(settled(settle(receive(queueOf('a')), 'never given'))).toBe('DeviceMessageLockLost');
  });

  test('a message that returns is delivered before those that never left', () => {
    const both = locked(receive(queueOf('a', 'b', 'c')), 'two', false);
    const returned = settled(abandon(both, 'two', MAXIMUM_DELIVERY_COUNT)) as Change;
    expect(lockNext(returned.queue, () => lockOf('three'))?.message).toMatchObject({
      content: 'b',
      attempts: 2,
    });
  });

  test('an empty queue has nothing to deliver and nothing to wait for', () => {
    expect(lockNext(emptyQueue(), () => lockOf('one'))).toBeUndefined();
    expect(nextDueUtc(emptyQueue())).toBe(Number.POSITIVE_INFINITY);
  });

  test('the next due moment is the earliest lock or expiry', () => {
    expect(nextDueUtc(queueOf('a', 'b'))).toBe(NOW + HOUR);
    expect(nextDueUtc(receive(queueOf('a', 'b')))).toBe(NOW + LOCK);
  });
});

describe('whatever happens to a queue', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('enqueue'), ttl: fc.nat(200) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('lock'), isPushed: fc.boolean() }) },
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constantFrom('complete', 'reject', 'abandon'), token: fc.nat(30) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('elapse'), milliseconds: fc.nat(80) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('disconnect', 'purge') }) },
    ),
    { maxLength: 80 },
  );
  type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

  test('every message is pending or has ended, once, and in its order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const run = newRun();
        for (const step of all) {
          take(run, step);
          const pending = run.queue.messages.map(({ sequenceNumber }) => sequenceNumber);
          const ended = run.ended.map(({ sequenceNumber }) => sequenceNumber);
          expect(pending).toEqual([...pending].sort((a, b) => a - b));
          const sent = Array.from({ length: run.sent }, (_, index) => index + 1);
          expect([...pending, ...ended].sort((a, b) => a - b)).toEqual(sent);
        }
      }),
    );
  });

  test('no two messages share a lock, none outlives its expiry, and counts stay below the maximum', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const run = newRun();
        for (const step of all) {
          take(run, step);
          const tokens = run.queue.messages.flatMap((message) =>
            message.state === 'invisible' ? [message.lock.token] : [],
          );
          expect(new Set(tokens).size).toBe(tokens.length);
          expect(nextDueUtc(run.queue)).toBeGreaterThan(run.now);
          for (const { deliveryCount, attempts } of run.queue.messages) {
            expect(deliveryCount).toBeLessThan(3);
            expect(deliveryCount).toBeLessThanOrEqual(attempts);
          }
        }
      }),
    );
  });

  interface Run {
    queue: Queue;
    readonly ended: EndedMessage<string>[];
    now: number;
    sent: number;
    locks: number;
  }

  function newRun(): Run {
    return { queue: emptyQueue(), ended: [], now: 0, sent: 0, locks: 0 };
  }

  function take(run: Run, step: Step): void {
    const keep = (change: Change) => {
      run.queue = change.queue;
      run.ended.push(...change.ended);
    };
    const keepSettled = (result: Result<Change>) => {
      if (result.ok) keep(result.value);
    };
    if ('ttl' in step) {
      const expiryUtc = run.now + 1 + step.ttl;
      run.queue = enqueue(run.queue, 'message', { enqueuedUtc: run.now, expiryUtc });
      run.sent += 1;
    } else if ('isPushed' in step) {
      const lock = { token: `${run.locks++}`, untilUtc: run.now + 60, endsWithConnection: step.isPushed };
      run.queue = lockNext(run.queue, () => lock)?.queue ?? run.queue;
    } else if ('token' in step) {
      const token = String(step.token);
      if (step.kind === 'complete') keepSettled(complete(run.queue, token));
      else if (step.kind === 'reject') keepSettled(reject(run.queue, token));
      else keepSettled(abandon(run.queue, token, 3));
    } else if ('milliseconds' in step) {
      run.now += step.milliseconds;
      keep(elapse(run.queue, run.now));
    } else if (step.kind === 'purge') keep(purge(run.queue));
    else run.queue = releaseConnection(run.queue);
  }
});

function queueOf(...contents: readonly string[]): Queue {
  const times = { enqueuedUtc: NOW, expiryUtc: NOW + HOUR };
  return contents.reduce((queue, content) => enqueue(queue, content, times), emptyQueue<string>());
}

function lockOf(token: string, endsWithConnection = false, untilUtc = NOW + LOCK) {
  return { token, untilUtc, endsWithConnection };
}

function locked(queue: Queue, token: string, endsWithConnection: boolean, untilUtc?: number): Queue {
  return lockNext(queue, () => lockOf(token, endsWithConnection, untilUtc))?.queue ?? queue;
}

function unended(queue: Queue): Change {
  return { queue, ended: [] };
}

function describePending(queue: Queue): readonly string[] {
  return queue.messages.map(({ content, state, deliveryCount }) => `${content} ${state} ${deliveryCount}`);
}

function describeEnded({ content, state, outcome }: EndedMessage<string>): string {
  return `${content} ${state} ${outcome}`;
}

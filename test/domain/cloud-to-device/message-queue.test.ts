import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  abandon,
  applyTimeouts,
  complete,
  type EndedMessage,
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

describe('a message queue', () => {
  const push = (queue: Queue) => locked(queue, 'one', true);
  const receive = (queue: Queue) => locked(queue, 'one', false);
  const settled = (result: Result<Change>) => (result.ok ? result.value : result.error.name);

  const ROWS: readonly {
    readonly title: string;
    readonly from: Queue;
    readonly by: (queue: Queue) => Change | string;
    readonly pending: readonly string[];
    readonly ended?: readonly string[];
  }[] = [
    {
      title: 'makes a delivered message invisible',
      from: queueOf('a', 'b'),
      by: (queue) => unended(receive(queue)),
      pending: ['a invisible 0', 'b enqueued 0'],
    },
    {
      title: 'removes a completed message',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(complete(queue, 'one')),
      pending: ['b enqueued 0'],
      ended: ['a completed Success'],
    },
    {
      title: 'dead-letters a rejected message',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(reject(queue, 'one')),
      pending: ['b enqueued 0'],
      ended: ['a deadLettered Rejected'],
    },
    {
      title: 'returns an abandoned message to its place and increments its delivery count',
      from: receive(queueOf('a', 'b')),
      by: (queue) => settled(abandon(queue, 'one', MAXIMUM_DELIVERY_COUNT)),
      pending: ['a enqueued 1', 'b enqueued 0'],
    },
    {
      title: 'dead-letters an abandoned message when its delivery count reaches the maximum',
      from: receive(queueOf('a')),
      by: (queue) => settled(abandon(queue, 'one', 1)),
      pending: [],
      ended: ['a deadLettered DeliveryCountExceeded'],
    },
    {
      title: 'returns a message when its lock expires, with the same delivery count',
      from: receive(queueOf('a', 'b')),
      by: (queue) => applyTimeouts(queue, NOW + LOCK),
      pending: ['a enqueued 0', 'b enqueued 0'],
    },
    {
      title: 'keeps a message invisible until its lock expires',
      from: receive(queueOf('a')),
      by: (queue) => applyTimeouts(queue, NOW + LOCK - 1),
      pending: ['a invisible 0'],
    },
    {
      title: 'dead-letters a waiting message when it expires',
      from: queueOf('a'),
      by: (queue) => applyTimeouts(queue, NOW + HOUR),
      pending: [],
      ended: ['a deadLettered Expired'],
    },
    {
      title: 'dead-letters an invisible message when it expires',
      from: locked(queueOf('a'), 'one', false, NOW + 2 * HOUR),
      by: (queue) => applyTimeouts(queue, NOW + HOUR),
      pending: [],
      ended: ['a deadLettered Expired'],
    },
    {
      title: 'returns a pushed message when the connection ends, with the same delivery count',
      from: push(queueOf('a', 'b')),
      by: (queue) => unended(releaseConnection(queue)),
      pending: ['a enqueued 0', 'b enqueued 0'],
    },
    {
      title: 'keeps a requested message invisible when the connection ends',
      from: receive(queueOf('a')),
      by: (queue) => unended(releaseConnection(queue)),
      pending: ['a invisible 0'],
    },
    {
      title: 'purges every message, invisible or not',
      from: receive(queueOf('a', 'b')),
      by: purge,
      pending: [],
      ended: ['a purged Purged', 'b purged Purged'],
    },
  ];

  it.each(ROWS)('applies a transition and $title', ({ from, by, pending, ended = [] }) => {
    const change = by(from);
    if (typeof change === 'string') throw new Error(change);
    expect(describePending(change.queue)).toEqual(pending);
    expect(change.ended.map(describeEnded)).toEqual(ended);
  });

  it.each([
    { name: 'complete', settle: complete },
    { name: 'reject', settle: reject },
    { name: 'abandon', settle: (queue: Queue, token: string) => abandon(queue, token, 10) },
  ])('refuses to $name a message without its lock', ({ settle }) => {
    const late = applyTimeouts(receive(queueOf('a')), NOW + LOCK).queue;
    expect(settled(settle(late, 'one'))).toBe('DeviceMessageLockLost');
    expect(settled(settle(receive(queueOf('a')), 'never given'))).toBe('DeviceMessageLockLost');
  });

  it('delivers a returned message before messages that were never delivered', () => {
    const both = locked(receive(queueOf('a', 'b', 'c')), 'two', false);
    const returned = settled(abandon(both, 'two', MAXIMUM_DELIVERY_COUNT)) as Change;
    expect(lockNext(returned.queue, () => lockOf('three'))?.message).toMatchObject({
      content: 'b',
      attempts: 2,
    });
  });

  it('has no message to lock and no due time if it is empty', () => {
    expect(lockNext(emptyQueue(), () => lockOf('one'))).toBeUndefined();
    expect(nextDueUtc(emptyQueue())).toBe(Number.POSITIVE_INFINITY);
  });

  it('has as due time the earliest end of a lock or of a message', () => {
    expect(nextDueUtc(queueOf('a', 'b'))).toBe(NOW + HOUR);
    expect(nextDueUtc(receive(queueOf('a', 'b')))).toBe(NOW + LOCK);
  });
});

describe('a message queue after any sequence of transitions', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('enqueue'), ttl: fc.nat(200) }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('lock'), isPushed: fc.boolean() }) },
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constantFrom('complete', 'reject', 'abandon'), token: fc.nat(30) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('applyTimeouts'), milliseconds: fc.nat(80) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('disconnect', 'purge') }) },
    ),
    { maxLength: 80 },
  );
  type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

  it('has every message once, pending or ended, and the pending ones in order', () => {
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

  it('has a lock per message, no expired message and no delivery count at the maximum', () => {
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
      keep(applyTimeouts(run.queue, run.now));
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

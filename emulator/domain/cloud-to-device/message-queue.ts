import { failed, ok, type Result } from '../result.ts';

/** What a queue keeps of a message in every state; times are Unix milliseconds. */
interface KeptMessage<Content> {
  readonly content: Content;
  readonly sequenceNumber: number;
  readonly enqueuedUtc: number;
  readonly expiryUtc: number;
  /** Grows when the receiver abandons the message, never when a lock runs out. */
  readonly deliveryCount: number;
  /** How often the message was handed out. */
  readonly attempts: number;
}

/** What a receiver holds while it works on a message. */
export interface MessageLock {
  readonly token: string;
  readonly untilUtc: number;
  /** The message was pushed over a connection and returns to the queue when that ends. */
  readonly endsWithConnection: boolean;
}

/** A message that waits for a receiver. */
type EnqueuedMessage<Content> = KeptMessage<Content> & { readonly state: 'enqueued' };
/** A message that a receiver holds. */
export type InvisibleMessage<Content> = KeptMessage<Content> & {
  readonly state: 'invisible';
  readonly lock: MessageLock;
};
type PendingMessage<Content> = EnqueuedMessage<Content> | InvisibleMessage<Content>;

/** How a message left its queue. */
export type MessageEnd =
  | { readonly state: 'completed'; readonly outcome: 'Success' }
  | { readonly state: 'deadLettered'; readonly outcome: 'Rejected' | 'DeliveryCountExceeded' | 'Expired' }
  | { readonly state: 'purged'; readonly outcome: 'Purged' };
export type EndedMessage<Content> = KeptMessage<Content> & MessageEnd;

/**
 * The messages that wait for one receiver, or are with it, in their order of delivery.
 * A message that returns keeps its place, which is before all that were never handed out.
 */
export interface MessageQueue<Content> {
  readonly nextSequenceNumber: number;
  readonly messages: readonly PendingMessage<Content>[];
}

/** A queue after an event, and the messages that ended by it. */
export interface QueueChange<Content> {
  readonly queue: MessageQueue<Content>;
  readonly ended: readonly EndedMessage<Content>[];
}

export function emptyQueue<Content>(): MessageQueue<Content> {
  return { nextSequenceNumber: 1, messages: [] };
}

/** (nothing) → enqueued. */
export function enqueue<Content>(
  queue: MessageQueue<Content>,
  content: Content,
  { enqueuedUtc, expiryUtc }: { readonly enqueuedUtc: number; readonly expiryUtc: number },
): MessageQueue<Content> {
  const sequenceNumber = queue.nextSequenceNumber;
  const message: EnqueuedMessage<Content> = {
    state: 'enqueued',
    content,
    sequenceNumber,
    enqueuedUtc,
    expiryUtc,
    deliveryCount: 0,
    attempts: 0,
  };
  return { nextSequenceNumber: sequenceNumber + 1, messages: [...queue.messages, message] };
}

/** enqueued → invisible, for the first message that waits. Returns undefined if none does; then no lock is made. */
export function lockNext<Content>(
  queue: MessageQueue<Content>,
  createLock: () => MessageLock,
): { readonly queue: MessageQueue<Content>; readonly message: InvisibleMessage<Content> } | undefined {
  const index = queue.messages.findIndex(({ state }) => state === 'enqueued');
  const next = queue.messages[index];
  if (next === undefined) return undefined;
  const message: InvisibleMessage<Content> = {
    ...next,
    state: 'invisible',
    attempts: next.attempts + 1,
    lock: createLock(),
  };
  return { queue: { ...queue, messages: queue.messages.with(index, message) }, message };
}

/** invisible → completed. A lost lock is `DeviceMessageLockLost`. */
export function complete<Content>(queue: MessageQueue<Content>, token: string): Result<QueueChange<Content>> {
  return settle(queue, token, (message) => end(message, { state: 'completed', outcome: 'Success' }));
}

/** invisible → dead-lettered. A lost lock is `DeviceMessageLockLost`. */
export function reject<Content>(queue: MessageQueue<Content>, token: string): Result<QueueChange<Content>> {
  return settle(queue, token, (message) => end(message, { state: 'deadLettered', outcome: 'Rejected' }));
}

/** invisible → enqueued with a higher delivery count, or dead-lettered where that reaches the maximum. */
export function abandon<Content>(
  queue: MessageQueue<Content>,
  token: string,
  maximumDeliveryCount: number,
): Result<QueueChange<Content>> {
  return settle(queue, token, (message) => {
    const deliveryCount = message.deliveryCount + 1;
    const counted = { ...message, deliveryCount };
    return deliveryCount < maximumDeliveryCount
      ? unlock(counted)
      : end(counted, { state: 'deadLettered', outcome: 'DeliveryCountExceeded' });
  });
}

/** invisible → enqueued for all that a connection held which has ended; the delivery count stays. */
export function releaseConnection<Content>(queue: MessageQueue<Content>): MessageQueue<Content> {
  const isHeld = (message: PendingMessage<Content>) =>
    message.state === 'invisible' && message.lock.endsWithConnection;
  if (!queue.messages.some(isHeld)) return queue;
  return {
    ...queue,
    messages: queue.messages.map((message) => (isHeld(message) ? unlock(message) : message)),
  };
}

/** What time alone does: an expired message is dead-lettered, whoever holds it; a lock that ran out sets its message free. */
export function elapse<Content>(queue: MessageQueue<Content>, now: number): QueueChange<Content> {
  if (now < nextDueUtc(queue)) return { queue, ended: [] };
  return changeOf(queue, (message) => {
    if (message.expiryUtc <= now) return end(message, { state: 'deadLettered', outcome: 'Expired' });
    return message.state === 'invisible' && message.lock.untilUtc <= now ? unlock(message) : message;
  });
}

/** (any) → purged, all of them. */
export function purge<Content>(queue: MessageQueue<Content>): QueueChange<Content> {
  return changeOf(queue, (message) => end(message, { state: 'purged', outcome: 'Purged' }));
}

/** When {@link elapse} has something to do next; `Infinity` for an empty queue. */
export function nextDueUtc(queue: MessageQueue<unknown>): number {
  let due = Number.POSITIVE_INFINITY;
  for (const message of queue.messages) {
    due = Math.min(due, message.expiryUtc);
    if (message.state === 'invisible') due = Math.min(due, message.lock.untilUtc);
  }
  return due;
}

function settle<Content>(
  queue: MessageQueue<Content>,
  token: string,
  transition: (message: InvisibleMessage<Content>) => EnqueuedMessage<Content> | EndedMessage<Content>,
): Result<QueueChange<Content>> {
  const index = queue.messages.findIndex(
    (message) => message.state === 'invisible' && message.lock.token === token,
  );
  const before = queue.messages[index];
  if (before?.state !== 'invisible') {
    return failed('DeviceMessageLockLost', 'The lock of the message has run out or was never given.');
  }
  const after = transition(before);
  return after.state === 'enqueued'
    ? ok({ queue: { ...queue, messages: queue.messages.with(index, after) }, ended: [] })
    : ok({ queue: { ...queue, messages: queue.messages.toSpliced(index, 1) }, ended: [after] });
}

function changeOf<Content>(
  queue: MessageQueue<Content>,
  transition: (message: PendingMessage<Content>) => PendingMessage<Content> | EndedMessage<Content>,
): QueueChange<Content> {
  const messages: PendingMessage<Content>[] = [];
  const ended: EndedMessage<Content>[] = [];
  for (const before of queue.messages) {
    const after = transition(before);
    if (after.state === 'enqueued' || after.state === 'invisible') messages.push(after);
    else ended.push(after);
  }
  return { queue: { ...queue, messages }, ended };
}

function unlock<Content>(message: PendingMessage<Content>): EnqueuedMessage<Content> {
  return { ...keptOf(message), state: 'enqueued' };
}

function end<Content>(message: PendingMessage<Content>, how: MessageEnd): EndedMessage<Content> {
  return { ...keptOf(message), ...how };
}

function keptOf<Content>(message: PendingMessage<Content>): KeptMessage<Content> {
  const { content, sequenceNumber, enqueuedUtc, expiryUtc, deliveryCount, attempts } = message;
  return { content, sequenceNumber, enqueuedUtc, expiryUtc, deliveryCount, attempts };
}

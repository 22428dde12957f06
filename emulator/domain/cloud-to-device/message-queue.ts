import { failed, ok, type Result } from '../result.ts';

/** The part of a message that is the same in every state. Times are Unix milliseconds. */
interface KeptMessage<Content> {
  readonly content: Content;
  readonly sequenceNumber: number;
  readonly enqueuedUtc: number;
  readonly expiryUtc: number;
  /** The number of times that a receiver abandoned the message. Expired locks are not counted. */
  readonly deliveryCount: number;
  /** The number of deliveries. */
  readonly attempts: number;
}

/** The lock of a receiver on a delivered message. */
export interface MessageLock {
  readonly token: string;
  readonly untilUtc: number;
  /** True if the message was pushed over a connection. It then returns to the queue when the connection ends. */
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

/** The final state of a message, and the outcome that its feedback reports. */
export type MessageEnd =
  | { readonly state: 'completed'; readonly outcome: 'Success' }
  | { readonly state: 'deadLettered'; readonly outcome: 'Rejected' | 'DeliveryCountExceeded' | 'Expired' }
  | { readonly state: 'purged'; readonly outcome: 'Purged' };
export type EndedMessage<Content> = KeptMessage<Content> & MessageEnd;

/**
 * The messages that are enqueued for one receiver or held by it, in order of delivery.
 * A message that returns to the queue keeps its place. It precedes every message that was never delivered.
 */
export interface MessageQueue<Content> {
  readonly nextSequenceNumber: number;
  readonly messages: readonly PendingMessage<Content>[];
}

/** A queue after a transition, and the messages that the transition removed. */
export interface QueueChange<Content> {
  readonly queue: MessageQueue<Content>;
  readonly ended: readonly EndedMessage<Content>[];
}

/** Returns the queue without messages. All empty queues are one value, because most clients have no messages. */
export function emptyQueue<Content>(): MessageQueue<Content> {
  return EMPTY_QUEUE;
}

/** Adds a message: (none) → enqueued. */
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

/**
 * Locks the first waiting message that the receiver accepts, by default the first one: enqueued → invisible.
 * Returns undefined if no such message waits, and then does not call `createLock`.
 */
export function lockNext<Content>(
  queue: MessageQueue<Content>,
  createLock: () => MessageLock,
  accepts?: (content: Content) => boolean,
): { readonly queue: MessageQueue<Content>; readonly message: InvisibleMessage<Content> } | undefined {
  for (const [index, next] of queue.messages.entries()) {
    if (next.state !== 'enqueued' || accepts?.(next.content) === false) continue;
    const message: InvisibleMessage<Content> = {
      ...next,
      state: 'invisible',
      attempts: next.attempts + 1,
      lock: createLock(),
    };
    return { queue: { ...queue, messages: queue.messages.with(index, message) }, message };
  }
  return undefined;
}

/** Completes a message: invisible → completed. Error: `DeviceMessageLockLost`. */
export function complete<Content>(queue: MessageQueue<Content>, token: string): Result<QueueChange<Content>> {
  return remove(queue, token, { state: 'completed', outcome: 'Success' });
}

/** Rejects a message: invisible → dead-lettered. Error: `DeviceMessageLockLost`. */
export function reject<Content>(queue: MessageQueue<Content>, token: string): Result<QueueChange<Content>> {
  return remove(queue, token, { state: 'deadLettered', outcome: 'Rejected' });
}

/**
 * Abandons a message: invisible → enqueued, with a higher delivery count.
 * The message is dead-lettered if the count reaches the maximum. Error: `DeviceMessageLockLost`.
 */
export function abandon<Content>(
  queue: MessageQueue<Content>,
  token: string,
  maximumDeliveryCount: number,
): Result<QueueChange<Content>> {
  const index = indexOfLock(queue, token);
  const message = queue.messages[index];
  if (message === undefined) return LOCK_LOST;
  const counted = { ...message, deliveryCount: message.deliveryCount + 1 };
  if (counted.deliveryCount < maximumDeliveryCount) {
    return ok({
      queue: { ...queue, messages: queue.messages.with(index, unlock(counted)) },
      ended: [],
    });
  }
  const ended = [inState(counted, { state: 'deadLettered', outcome: 'DeliveryCountExceeded' })];
  return ok({ queue: { ...queue, messages: queue.messages.toSpliced(index, 1) }, ended });
}

/** Returns the messages of an ended connection: invisible → enqueued, with the same delivery count. */
export function releaseConnection<Content>(queue: MessageQueue<Content>): MessageQueue<Content> {
  const isHeld = (message: PendingMessage<Content>) =>
    message.state === 'invisible' && message.lock.endsWithConnection;
  if (!queue.messages.some(isHeld)) return queue;
  return {
    ...queue,
    messages: queue.messages.map((message) => (isHeld(message) ? unlock(message) : message)),
  };
}

/**
 * Applies the passing of time. An expired message is dead-lettered, even if a receiver holds it.
 * A message with an expired lock is enqueued again.
 */
export function applyTimeouts<Content>(queue: MessageQueue<Content>, now: number): QueueChange<Content> {
  if (now < nextDueUtc(queue)) return { queue, ended: [] };
  return changeOf(queue, (message) => {
    if (message.expiryUtc <= now) return inState(message, { state: 'deadLettered', outcome: 'Expired' });
    return message.state === 'invisible' && message.lock.untilUtc <= now ? unlock(message) : message;
  });
}

/** Purges all messages: (any) → purged. */
export function purge<Content>(queue: MessageQueue<Content>): QueueChange<Content> {
  return changeOf(queue, (message) => inState(message, { state: 'purged', outcome: 'Purged' }));
}

/** Returns the next time at which {@link applyTimeouts} changes the queue, or `Infinity` if the queue is empty. */
export function nextDueUtc(queue: MessageQueue<unknown>): number {
  let due = Number.POSITIVE_INFINITY;
  for (const message of queue.messages) {
    due = Math.min(due, message.expiryUtc);
    if (message.state === 'invisible') due = Math.min(due, message.lock.untilUtc);
  }
  return due;
}

const EMPTY_QUEUE: MessageQueue<never> = { nextSequenceNumber: 1, messages: [] };
const LOCK_LOST = failed('DeviceMessageLockLost', 'The lock of the message has run out or was never given.');

function remove<Content>(
  queue: MessageQueue<Content>,
  token: string,
  how: MessageEnd,
): Result<QueueChange<Content>> {
  const index = indexOfLock(queue, token);
  const message = queue.messages[index];
  if (message === undefined) return LOCK_LOST;
  const ended = [inState(message, how)];
  return ok({ queue: { ...queue, messages: queue.messages.toSpliced(index, 1) }, ended });
}

function indexOfLock(queue: MessageQueue<unknown>, token: string): number {
  for (const [index, message] of queue.messages.entries()) {
    if (message.state === 'invisible' && message.lock.token === token) return index;
  }
  return -1;
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
  return inState(message, { state: 'enqueued' });
}

/** Returns the message in another state, without its lock. */
function inState<Content, State extends { readonly state: 'enqueued' } | MessageEnd>(
  message: PendingMessage<Content>,
  state: State,
): KeptMessage<Content> & State {
  const { content, sequenceNumber, enqueuedUtc, expiryUtc, deliveryCount, attempts } = message;
  return { content, sequenceNumber, enqueuedUtc, expiryUtc, deliveryCount, attempts, ...state };
}

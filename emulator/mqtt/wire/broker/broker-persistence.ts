import type { Client } from 'aedes';
import type { Subscription } from '../service.ts';
import { type BrokerPeer, peerOf } from './broker-stream.ts';
import {
  type BrokerSubscription,
  fromBrokerSubscription,
  toBrokerSubscription,
} from './broker-subscription.ts';

/**
 * The persistence of aedes 1.2. It stores nothing itself: persistent subscriptions are read from the service and written
 * to it, and there is never a queued message, a retained message or a will. aedes never calls a method that is missing.
 */
export class BrokerPersistence {
  readonly #readers = new Map<string, BrokerPeer>();

  // aedes refuses a persistence whose `setup` is not an async function.
  async setup(): Promise<void> {}

  /** Runs the step in which aedes reads the subscriptions of a client, for which it passes the client id alone. */
  runReader(client: Client, read: () => void): void {
    this.#readers.set(client.id, peerOf(client));
    read();
    this.#readers.delete(client.id);
  }

  /** CONNECT with clean session 0. */
  async subscriptionsByClient({ id }: { readonly id: string }): Promise<readonly BrokerSubscription[]> {
    return this.#readers.get(id)?.findSubscriptions().map(toBrokerSubscription) ?? [];
  }

  /** CONNECT with clean session 1. */
  async cleanSubscriptions(client: Client): Promise<void> {
    replaceSubscriptions(client, () => []);
  }

  /** SUBSCRIBE with clean session 0. aedes calls it for each filter, always with all filters of the packet. */
  async addSubscriptions(client: Client, added: readonly BrokerSubscription[]): Promise<void> {
    replaceSubscriptions(client, (current) => {
      const rows = new Map(current.map((row) => [row.filter, row]));
      for (const row of added) rows.set(row.topic, fromBrokerSubscription(row));
      return [...rows.values()];
    });
  }

  /** UNSUBSCRIBE with clean session 0. */
  async removeSubscriptions(client: Client, removed: readonly string[]): Promise<void> {
    replaceSubscriptions(client, (current) => current.filter(({ filter }) => !removed.includes(filter)));
  }

  /**
   * The step before aedes registers the client and writes CONNACK: the session is restored. aedes waits for the promise
   * for ever, because the front answers CONNECT itself.
   */
  delWill(client: Client): Promise<never> {
    const peer = peerOf(client);
    peer.attempt(() => peer.completeConnect(client.clean));
    return new Promise(() => undefined);
  }

  /** The retained messages for new subscriptions. */
  createRetainedStreamCombi(): { pipe(): void } {
    return { pipe: () => undefined };
  }

  /** The wills of brokers that have ended. */
  streamWill(): readonly never[] {
    return [];
  }
}

// A service may write each change to a disk, so that equal subscriptions are not written again.
function replaceSubscriptions(
  client: Client,
  change: (current: readonly Subscription[]) => readonly Subscription[],
): void {
  const peer = peerOf(client);
  peer.attempt(() => {
    const current = peer.findSubscriptions();
    const changed = change(current);
    if (!areEqual(current, changed)) peer.replaceSubscriptions(changed);
  });
}

function areEqual(some: readonly Subscription[], others: readonly Subscription[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ filter, qualityOfService }, index) => {
      const other = others[index];
      return other?.filter === filter && other.qualityOfService === qualityOfService;
    })
  );
}

import type { Client } from 'aedes';
import type { Subscription } from '../service.ts';
import { type BrokerPeer, peerOf } from './broker-stream.ts';
import {
  type BrokerSubscription,
  fromBrokerSubscription,
  toBrokerSubscription,
} from './broker-subscription.ts';

/**
 * The persistence of aedes 1.2. It stores nothing: it reads persistent subscriptions from the service and writes them to
 * it. The broker has no queued messages, retained messages and wills, so aedes never calls a method that is missing.
 */
export class BrokerPersistence {
  readonly #readers = new Map<string, BrokerPeer>();

  // aedes requires an async function.
  async setup(): Promise<void> {}

  /** Runs the step in which aedes reads the subscriptions of a client. It passes only the client id. */
  runReader(client: Client, read: () => void): void {
    this.#readers.set(client.id, peerOf(client));
    read();
    this.#readers.delete(client.id);
  }

  /** Reads for CONNECT with clean session 0. */
  async subscriptionsByClient({ id }: { readonly id: string }): Promise<readonly BrokerSubscription[]> {
    const peer = this.#readers.get(id);
    return peer?.attempt(() => peer.findSubscriptions().map(toBrokerSubscription)) ?? [];
  }

  /** Deletes for CONNECT with clean session 1. */
  async cleanSubscriptions(client: Client): Promise<void> {
    replaceSubscriptions(client, () => []);
  }

  /** Adds for SUBSCRIBE with clean session 0. aedes calls it once per filter, each time with all filters of the packet. */
  async addSubscriptions(client: Client, added: readonly BrokerSubscription[]): Promise<void> {
    replaceSubscriptions(client, (current) => {
      const rows = new Map(current.map((row) => [row.filter, row]));
      for (const row of added) rows.set(row.topic, fromBrokerSubscription(row));
      return [...rows.values()];
    });
  }

  /** Removes for UNSUBSCRIBE with clean session 0. */
  async removeSubscriptions(client: Client, removed: readonly string[]): Promise<void> {
    replaceSubscriptions(client, (current) => current.filter(({ filter }) => !removed.includes(filter)));
  }

  /**
   * Completes CONNECT. This is the step after the session is restored and before aedes writes CONNACK. aedes must not go
   * on, because the connection writes CONNACK, so the promise never settles.
   */
  delWill(client: Client): Promise<never> {
    const peer = peerOf(client);
    peer.attempt(() => peer.completeConnect(client.clean));
    return new Promise(() => undefined);
  }

  /** Reads the retained messages of new subscriptions. */
  createRetainedStreamCombi(): { pipe(): void } {
    return { pipe: () => undefined };
  }

  /** Reads the wills of brokers that have ended. */
  streamWill(): readonly never[] {
    return [];
  }
}

// Does not write equal subscriptions, because a service may write each change to a disk.
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

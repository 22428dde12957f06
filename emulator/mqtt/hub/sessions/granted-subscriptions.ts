import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import type { ClientSession } from '../../../hub/sessions/client-session.ts';
import type { QualityOfService, Subscription } from '../../wire/service.ts';
import type { SubscriptionChannel } from '../topics.ts';
import { type FilterReach, findReach, isReached } from './topic-filters.ts';

interface Granted extends Subscription {
  readonly reach: readonly FilterReach[];
}

/** The maximum number of subscriptions of a client. It bounds the time that a delivery needs. */
const MAXIMUM_SUBSCRIPTIONS = 100;

/** The subscriptions of one connection. Several topic filters may match one topic. */
export class GrantedSubscriptions {
  readonly #identity: ClientIdentity;
  readonly #granted: Granted[] = [];

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
  }

  /** Returns whether a filter matches a topic of the channel. */
  has(channel: SubscriptionChannel): boolean {
    return this.#granted.some(({ reach }) => reach.some((part) => part.channel === channel));
  }

  /** Returns whether {@link qualityOfService} reads the topic, because a filter matches a part of the channel. */
  needsTopic(channel: SubscriptionChannel): boolean {
    return this.#granted.some(({ reach }) =>
      reach.some((part) => part.channel === channel && part.rest !== undefined),
    );
  }

  /** Returns the highest QoS of the subscriptions that match a topic of the channel; undefined if none does. */
  qualityOfService(channel: SubscriptionChannel, topic: string): QualityOfService | undefined {
    let highest: QualityOfService | undefined;
    for (const { qualityOfService, reach } of this.#granted) {
      for (const part of reach) {
        if (part.channel !== channel || !isReached(part, topic)) continue;
        if (qualityOfService === 1) return 1;
        highest = 0;
      }
    }
    return highest;
  }

  /** Returns whether the filters and those of the client are not too many together. */
  hasRoomFor(filters: readonly string[]): boolean {
    if (this.#granted.length + filters.length <= MAXIMUM_SUBSCRIPTIONS) return true;
    const all = new Set([...filters, ...this.#granted.map(({ filter }) => filter)]);
    return all.size <= MAXIMUM_SUBSCRIPTIONS;
  }

  /**
   * Adds subscriptions, and opens their channels after all are added, so that a message gets the highest QoS. Ignores a
   * filter that {@link findReach} does not find.
   */
  grant(session: ClientSession, subscriptions: readonly Subscription[]): void {
    const channels = new Set<SubscriptionChannel>();
    for (const subscription of subscriptions) {
      const reach = findReach(this.#identity, subscription.filter);
      if (reach === undefined) continue;
      this.#remove(subscription.filter);
      this.#granted.push({ ...subscription, reach });
      for (const { channel } of reach) channels.add(channel);
    }
    for (const channel of channels) if (channel !== 'twinResponses') session.subscribe(channel);
  }

  /** Removes a subscription, and closes each of its channels that no other filter matches. */
  revoke(session: ClientSession, filter: string): void {
    for (const { channel } of this.#remove(filter)) {
      if (channel !== 'twinResponses' && !this.has(channel)) session.unsubscribe(channel);
    }
  }

  #remove(filter: string): readonly FilterReach[] {
    const index = this.#granted.findIndex((granted) => granted.filter === filter);
    return index < 0 ? [] : (this.#granted.splice(index, 1)[0]?.reach ?? []);
  }
}

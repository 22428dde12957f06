import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import type { ClientSession } from '../../../hub/sessions/client-session.ts';
import type { QualityOfService, Subscription } from '../../wire/service.ts';
import type { SubscriptionChannel } from '../topics.ts';
import { type FilterReach, findReach, isReached } from './topic-filters.ts';

interface Granted extends Subscription {
  readonly reach: readonly FilterReach[];
}

/** The subscriptions of one channel. */
interface GrantedChannel {
  /** The highest QoS of the filters that match every topic of the channel; undefined if there is none. */
  whole: QualityOfService | undefined;
  readonly parts: { readonly reach: FilterReach; readonly qualityOfService: QualityOfService }[];
}

/** The maximum number of subscriptions of a client. It bounds the time that a delivery needs. */
const MAXIMUM_SUBSCRIPTIONS = 100;

/** The subscriptions of one connection. Several topic filters may match one topic. */
export class GrantedSubscriptions {
  readonly #identity: ClientIdentity;
  readonly #granted: Granted[] = [];
  /** The same subscriptions by channel, because a delivery reads those of one. */
  readonly #channels = new Map<SubscriptionChannel, GrantedChannel>();

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
  }

  /** Returns whether a filter matches a topic of the channel. */
  has(channel: SubscriptionChannel): boolean {
    return this.#channels.has(channel);
  }

  /** Returns whether {@link qualityOfService} reads the topic, because a filter matches a part of the channel. */
  needsTopic(channel: SubscriptionChannel): boolean {
    return (this.#channels.get(channel)?.parts.length ?? 0) > 0;
  }

  /** Returns the highest QoS of the subscriptions that match a topic of the channel; undefined if none does. */
  qualityOfService(channel: SubscriptionChannel, topic: string): QualityOfService | undefined {
    const granted = this.#channels.get(channel);
    if (granted === undefined) return undefined;
    let highest = granted.whole;
    for (const { qualityOfService, reach } of granted.parts) {
      if (highest === 1) break;
      if (isReached(reach, topic)) highest = qualityOfService;
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
    this.#index();
    for (const channel of channels) if (channel !== 'twinResponses') session.subscribe(channel);
  }

  /** Removes a subscription, and closes each of its channels that no other filter matches. */
  revoke(session: ClientSession, filter: string): void {
    const removed = this.#remove(filter);
    this.#index();
    for (const { channel } of removed) {
      if (channel !== 'twinResponses' && !this.has(channel)) session.unsubscribe(channel);
    }
  }

  #index(): void {
    this.#channels.clear();
    for (const { qualityOfService, reach: all } of this.#granted) {
      for (const reach of all) {
        const channel = this.#channels.get(reach.channel) ?? { whole: undefined, parts: [] };
        this.#channels.set(reach.channel, channel);
        if (reach.rest !== undefined) channel.parts.push({ reach, qualityOfService });
        else if (channel.whole !== 1) channel.whole = qualityOfService;
      }
    }
  }

  #remove(filter: string): readonly FilterReach[] {
    const index = this.#granted.findIndex((granted) => granted.filter === filter);
    return index < 0 ? [] : (this.#granted.splice(index, 1)[0]?.reach ?? []);
  }
}

import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import type { Channel } from '../../../hub/client-connection.ts';
import type { ClientSession } from '../../../hub/sessions/client-session.ts';
import type { QualityOfService, Subscription } from '../../wire/service.ts';
import { findChannel, type SubscriptionChannel } from '../topics.ts';

interface Granted extends Subscription {
  readonly channel: SubscriptionChannel;
}

/** The subscriptions of one connection. Several topic filters may have the same channel. */
export class GrantedSubscriptions {
  readonly #identity: ClientIdentity;
  readonly #granted: Granted[] = [];

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
  }

  has(channel: SubscriptionChannel): boolean {
    return this.#granted.some((granted) => granted.channel === channel);
  }

  /** Returns the highest QoS of the subscriptions with this channel. */
  qualityOfService(channel: SubscriptionChannel): QualityOfService {
    for (const granted of this.#granted) {
      if (granted.channel === channel && granted.qualityOfService === 1) return 1;
    }
    return 0;
  }

  /** Adds a subscription and opens its channel. Ignores a filter that {@link findChannel} does not find. */
  grant(session: ClientSession, subscription: Subscription): void {
    const channel = findChannel(this.#identity, subscription.filter);
    if (channel === undefined) return;
    this.#remove(subscription.filter);
    this.#granted.push({ ...subscription, channel });
    if (isHubChannel(channel)) session.subscribe(channel, this.qualityOfService(channel) === 0);
  }

  /** Removes a subscription, and closes its channel if it was the last one. */
  revoke(session: ClientSession, filter: string): void {
    const channel = this.#remove(filter);
    if (channel !== undefined && isHubChannel(channel) && !this.has(channel)) session.unsubscribe(channel);
  }

  #remove(filter: string): SubscriptionChannel | undefined {
    const index = this.#granted.findIndex((granted) => granted.filter === filter);
    return index < 0 ? undefined : this.#granted.splice(index, 1)[0]?.channel;
  }
}

function isHubChannel(channel: SubscriptionChannel): channel is Channel {
  return channel !== 'twinResponses' && channel !== 'nothing';
}

import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { Channel, ClientSession } from '../../hub/client-session.ts';
import type { QualityOfService } from '../wire/service.ts';
import { findSubscription, type Subscription } from './topics.ts';

interface Granted {
  readonly filter: string;
  readonly subscription: Subscription;
  readonly qualityOfService: QualityOfService;
}

/** The filters that a connection holds; two of them may lead to one channel. */
export class GrantedSubscriptions {
  readonly #identity: ClientIdentity;
  readonly #granted: Granted[] = [];

  constructor(identity: ClientIdentity) {
    this.#identity = identity;
  }

  has(subscription: Subscription): boolean {
    return this.#granted.some((granted) => granted.subscription === subscription);
  }

  /** The highest QoS that a filter for this subscription was granted. */
  qualityOfService(subscription: Subscription): QualityOfService {
    const isReliable = this.#granted.some(
      (granted) => granted.subscription === subscription && granted.qualityOfService === 1,
    );
    return isReliable ? 1 : 0;
  }

  /** Notes a granted filter and tells the hub; a filter that the table no longer knows is passed over. */
  grant(session: ClientSession, filter: string, qualityOfService: QualityOfService): void {
    const subscription = findSubscription(this.#identity, filter);
    if (subscription === undefined) return;
    this.#remove(filter);
    this.#granted.push({ filter, subscription, qualityOfService });
    if (isChannel(subscription)) {
      session.subscribe(subscription, this.qualityOfService(subscription) === 0);
    }
  }

  revoke(session: ClientSession, filter: string): void {
    const subscription = this.#remove(filter);
    if (subscription !== undefined && isChannel(subscription) && !this.has(subscription)) {
      session.unsubscribe(subscription);
    }
  }

  #remove(filter: string): Subscription | undefined {
    const index = this.#granted.findIndex((granted) => granted.filter === filter);
    return index < 0 ? undefined : this.#granted.splice(index, 1)[0]?.subscription;
  }
}

function isChannel(subscription: Subscription): subscription is Channel {
  return subscription !== 'twinAnswers' && subscription !== 'nothing';
}

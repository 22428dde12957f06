import type { Subscription } from '../service.ts';

/** A subscription as aedes holds it. */
export interface BrokerSubscription {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

export function toBrokerSubscription({ filter, qualityOfService }: Subscription): BrokerSubscription {
  return { topic: filter, qos: qualityOfService };
}

export function fromBrokerSubscription({ topic, qos }: BrokerSubscription): Subscription {
  return { filter: topic, qualityOfService: qos === 0 ? 0 : 1 };
}

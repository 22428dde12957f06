import type { Aedes, Client } from 'aedes';
import type { Subscription } from '../service.ts';
import type { BrokerPersistence } from './broker-persistence.ts';
import { type BrokerPeer, BrokerStream } from './broker-stream.ts';
import { fromBrokerSubscription, toBrokerSubscription } from './broker-subscription.ts';

/** A client of the broker. `done` is called within the call or later, but not after {@link close}. */
export class BrokerClient {
  readonly #persistence: BrokerPersistence;
  readonly #stream: BrokerStream;
  readonly #client: Client;

  constructor(broker: Aedes, persistence: BrokerPersistence, peer: BrokerPeer) {
    this.#persistence = persistence;
    this.#stream = new BrokerStream(peer);
    this.#client = broker.handle(this.#stream);
  }

  /** Takes a whole CONNECT packet. */
  connect(packet: Buffer): void {
    this.#stream.push(packet);
  }

  /** Makes subscriptions. Calls back with those that are granted, of equal filters the last, or with why there are none. */
  subscribe(
    requests: readonly Subscription[],
    done: (granted: readonly Subscription[] | Error) => void,
  ): void {
    // Without a packet id aedes writes no SUBACK.
    const packet = { subscriptions: requests.map(toBrokerSubscription) };
    this.#client.subscribe(packet, (error) =>
      done(error ?? packet.subscriptions.map(fromBrokerSubscription)),
    );
  }

  /** Ends subscriptions. Calls back with their filters, or with why a filter is refused. */
  unsubscribe(filters: readonly string[], done: (ended: readonly string[] | Error) => void): void {
    // Without a packet id aedes writes no UNSUBACK, and leaves its persistence alone.
    if (!this.#client.clean) this.#persistence.removeSubscriptions(this.#client, filters);
    const packet = { cmd: 'unsubscribe' as const, unsubscriptions: [...filters] };
    this.#client.unsubscribe(packet, (error) => done(error ?? filters));
  }

  close(): void {
    // To destroy the stream would cost more: the broker would be told of a premature end, with a stack trace.
    this.#client.close();
  }
}

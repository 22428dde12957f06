import type { Aedes, Client } from 'aedes';
import type { Subscription } from '../service.ts';
import type { BrokerPersistence } from './broker-persistence.ts';
import { type BrokerPeer, BrokerStream } from './broker-stream.ts';
import { fromBrokerSubscription, toBrokerSubscription } from './broker-subscription.ts';

/** A client of the broker. It calls `done` within the call or later, and never after {@link close}. */
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

  /** Adds subscriptions. The result is the granted ones, of equal filters the last, or an error. */
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

  /** Removes subscriptions. The result is their filters, or an error. */
  unsubscribe(filters: readonly string[], done: (removed: readonly string[] | Error) => void): void {
    // Without a packet id aedes writes no UNSUBACK, and does not call its persistence.
    if (!this.#client.clean) void this.#persistence.removeSubscriptions(this.#client, filters);
    const packet = { cmd: 'unsubscribe' as const, unsubscriptions: [...filters] };
    this.#client.unsubscribe(packet, (error) => done(error ?? filters));
  }

  close(): void {
    // Cheaper than to destroy the stream, for which Node creates an error with a stack trace.
    this.#client.close();
  }
}

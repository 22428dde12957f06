import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { PersistentSubscription } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';

/** The subscriptions of persistent MQTT sessions (clean session 0). They exist until the identity is deleted. */
export class PersistentSubscriptions {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** Returns the subscriptions in the order of creation, or none if the client is not registered. */
  find(identity: ClientIdentity): readonly PersistentSubscription[] {
    const { clients } = this.#parts.store;
    const record = clients.find(identity);
    return record === undefined ? [] : clients.deliveriesOf(record).subscriptions;
  }

  /** Replaces all subscriptions of a client. Does nothing if the client is not registered. */
  replace(identity: ClientIdentity, subscriptions: readonly PersistentSubscription[]): void {
    const { clients } = this.#parts.store;
    const record = clients.find(identity);
    if (record !== undefined) clients.replaceSubscriptions(record, subscriptions);
  }
}

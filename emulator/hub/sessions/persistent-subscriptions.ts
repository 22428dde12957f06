import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { PersistentSubscription } from '../../store/records.ts';
import type { HubParts } from '../hub-parts.ts';

/** The subscriptions that outlive the connection of a client (MQTT with clean session 0). They end with its identity. */
export class PersistentSubscriptions {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** Returns the subscriptions in the order in which they were made; none for a client that is not registered. */
  find(identity: ClientIdentity): readonly PersistentSubscription[] {
    return this.#parts.store.clients.find(identity)?.subscriptions ?? [];
  }

  /** Replaces all subscriptions of a client. Does nothing for a client that is not registered. */
  replace(identity: ClientIdentity, subscriptions: readonly PersistentSubscription[]): void {
    const { clients } = this.#parts.store;
    const record = clients.find(identity);
    if (record !== undefined) clients.replaceSubscriptions(record, subscriptions);
  }
}

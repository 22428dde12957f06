import type { ClientIdentity } from '../domain/identities/client-identity.ts';
import type { Twin } from '../domain/twins/twin.ts';
import type { TouchedParts } from '../domain/twins/twin-change.ts';
import type { Channel } from './client-session.ts';

/** What happened at the hub, for those who wait for it; telemetry is read from the event log instead. */
export type Happening =
  | {
      readonly kind: 'identityCreated' | 'identityDeleted';
      readonly identity: ClientIdentity;
      readonly twin: Twin;
    }
  | { readonly kind: 'clientConnected'; readonly identity: ClientIdentity }
  | {
      readonly kind: 'clientDisconnected';
      readonly identity: ClientIdentity;
      /** The client said goodbye; else the connection was lost, or the hub ended it. */
      readonly isGraceful: boolean;
    }
  | { readonly kind: 'clientSubscribed'; readonly identity: ClientIdentity; readonly channel: Channel }
  | {
      readonly kind: 'twinUpdated' | 'twinReplaced';
      readonly identity: ClientIdentity;
      readonly twin: Twin;
      readonly touched: TouchedParts;
    };

/** Tells every listener of what happened, at once and in order. */
export class Happenings {
  readonly #listeners = new Set<(happening: Happening) => void>();

  announce(happening: Happening): void {
    for (const listener of this.#listeners) listener(happening);
  }

  /** Returns the way to stop listening. */
  listen(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

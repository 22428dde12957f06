import type { Authentication, AuthenticationRequest } from '../../domain/identities/authentication.ts';
import { ticksOf } from '../../domain/time.ts';
import type { HubParts } from '../hub-parts.ts';

const KEY_BYTES = 32;

/** Makes the generated values of identities from the clock and randomness: generation ids, first etags and keys. */
export class IdentityFactory {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** Returns .NET ticks for a generation id: never the same twice, even within one tick of the clock. */
  nextTicks(): bigint {
    const { clients } = this.#parts.store;
    const now = ticksOf(this.#parts.clock.now());
    const ticks = now > clients.lastTicks ? now : clients.lastTicks + 1n;
    clients.setLastTicks(ticks);
    return ticks;
  }

  /** Returns the number with which the etag of an identity begins. */
  firstEtagNumber(): number {
    return 1 + this.#parts.ids.number(1_000_000_000);
  }

  /** Returns the authentication with new keys if it asks for some. */
  withKeys(request: AuthenticationRequest): Authentication {
    if (request.type !== 'sas' || request.symmetricKey.primaryKey !== null) return request;
    return { ...request, symmetricKey: { primaryKey: this.newKey(), secondaryKey: this.newKey() } };
  }

  /** Returns base64 of 32 random bytes. */
  newKey(): string {
    return btoa(String.fromCharCode(...this.#parts.ids.bytes(KEY_BYTES)));
  }
}

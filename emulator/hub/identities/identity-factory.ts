import type { Authentication, AuthenticationRequest } from '../../domain/identities/authentication.ts';
import { ticksOf } from '../../domain/time.ts';
import type { HubParts } from '../hub-parts.ts';

const KEY_BYTES = 32;

/** Creates the generated values of identities from the clock and random numbers: generation ids, etags and keys. */
export class IdentityFactory {
  readonly #parts: HubParts;

  constructor(parts: HubParts) {
    this.#parts = parts;
  }

  /** Returns .NET ticks for a generation id. They are unique, even within one millisecond of the clock. */
  nextTicks(): bigint {
    const { clients } = this.#parts.store;
    const now = ticksOf(this.#parts.clock.now());
    const ticks = now > clients.lastTicks ? now : clients.lastTicks + 1n;
    clients.setLastTicks(ticks);
    return ticks;
  }

  /** Returns the etag number of a new identity. */
  firstEtagNumber(): number {
    return 1 + this.#parts.ids.number(1_000_000_000);
  }

  /** Returns the authentication, with new keys if the request asks for them. */
  withKeys(request: AuthenticationRequest): Authentication {
    if (request.type !== 'sas' || request.symmetricKey.primaryKey !== null) return request;
    return { ...request, symmetricKey: { primaryKey: this.newKey(), secondaryKey: this.newKey() } };
  }

  /** Returns a new key: 32 random bytes in base64. */
  newKey(): string {
    return btoa(String.fromCharCode(...this.#parts.ids.bytes(KEY_BYTES)));
  }
}

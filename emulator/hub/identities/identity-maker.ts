import type { Authentication, AuthenticationRequest } from '../../domain/identities/authentication.ts';
import { ticksOf } from '../../domain/time.ts';
import type { HubParts } from '../hub-parts.ts';

/** What a new identity needs from clock and randomness. */
export interface IdentityMaker {
  /** .NET ticks for a generation id: never given twice, even within one tick of the clock. */
  nextTicks(): bigint;
  /** Where the count of an identity's etag begins. */
  firstEtagNumber(): number;
  /** The authentication with new keys where it asks for some. */
  withKeys(request: AuthenticationRequest): Authentication;
  /** Base64 of 32 random bytes. */
  newKey(): string;
}

const KEY_BYTES = 32;

export function createIdentityMaker({ clock, ids }: HubParts): IdentityMaker {
  let lastTicks = 0n;
  const newKey = () => btoa(String.fromCharCode(...ids.bytes(KEY_BYTES)));
  return {
    nextTicks: () => {
      const now = ticksOf(clock.now());
      lastTicks = now > lastTicks ? now : lastTicks + 1n;
      return lastTicks;
    },
    firstEtagNumber: () => 1 + ids.number(1_000_000_000),
    withKeys: (request) => {
      if (request.type !== 'sas' || request.symmetricKey.primaryKey !== null) return request;
      return { ...request, symmetricKey: { primaryKey: newKey(), secondaryKey: newKey() } };
    },
    newKey,
  };
}

import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Channel } from '../client-session.ts';
import type { LiveClients } from '../hub-parts.ts';
import type { ClientLink, DisconnectReason } from '../ports.ts';

/** A connected client as the hub's parts see it. */
export interface LiveSession {
  readonly identity: ClientIdentity;
  readonly link: ClientLink;
  /** Connected, past the greeting, and subscribed. */
  isReadyFor(channel: Channel): boolean;
  /** Messages count as completed as soon as they are sent. */
  readonly isSettledOnDelivery: boolean;
  end(reason: DisconnectReason): void;
}

/** Who is connected: at most one session per identity. */
export class LiveSessions implements LiveClients {
  readonly #sessions = new Map<string, LiveSession>();
  #deviceCount = 0;

  get deviceCount(): number {
    return this.#deviceCount;
  }

  all(): readonly LiveSession[] {
    return [...this.#sessions.values()];
  }

  find(identity: ClientIdentity): LiveSession | undefined {
    return this.#sessions.get(formatClientIdentity(identity));
  }

  add(session: LiveSession): void {
    this.#sessions.set(formatClientIdentity(session.identity), session);
    if (session.identity.moduleId === undefined) this.#deviceCount += 1;
  }

  /** Takes the session away if it still is the current one of its identity. */
  remove(session: LiveSession): void {
    if (this.find(session.identity) !== session) return;
    this.#sessions.delete(formatClientIdentity(session.identity));
    if (session.identity.moduleId === undefined) this.#deviceCount -= 1;
  }

  drop(identity: ClientIdentity, reason: DisconnectReason): void {
    this.find(identity)?.end(reason);
  }

  deliverDesiredPatch(identity: ClientIdentity, patch: JsonObject): void {
    const session = this.find(identity);
    if (session?.isReadyFor('desiredProperties') === true) session.link.deliverDesiredPatch(patch);
  }
}

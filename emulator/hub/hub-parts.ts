import type { ClientIdentity } from '../domain/identities/client-identity.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HubState } from '../store/hub-state.ts';
import type { EventFormats } from './events/event-formats.ts';
import type { Happenings } from './happenings.ts';
import type { HubOptions } from './hub-options.ts';
import type { Clock, DisconnectReason, IdSource, Log } from './ports.ts';

/** What every part of the hub stands on. */
export interface HubParts {
  readonly options: HubOptions;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly state: HubState;
  readonly formats: EventFormats;
  readonly happenings: Happenings;
  /** Aborts when the hub closes: whoever reads without end stops then. */
  readonly closed: AbortSignal;
}

/** The part of the registry and twins that needs to reach live connections. */
export interface LiveClients {
  /** Drops the connection of this identity, if there is one. */
  drop(identity: ClientIdentity, reason: DisconnectReason): void;
  /** Delivers where the client is connected and subscribed; nothing is queued. */
  deliverDesiredPatch(identity: ClientIdentity, patch: JsonObject): void;
}

import type { EventFormats } from '../domain/messages/incoming-event.ts';
import type { HubState } from '../store/hub-store.ts';
import type { ActivityFeed } from './activity.ts';
import type { HubOptions } from './hub-options.ts';
import type { Clock, IdSource, Log } from './ports.ts';

/** The options, ports and state that all parts of a hub share. */
export interface HubParts {
  readonly options: HubOptions;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly store: HubState;
  readonly formats: EventFormats;
  readonly activities: ActivityFeed;
  /** Aborted when the hub closes. Open readers of events and feedback end. */
  readonly closed: AbortSignal;
}

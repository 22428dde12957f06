import { ok, type Result } from '../domain/result.ts';
import { HubState } from '../store/hub-state.ts';
import { createAccess } from './access/access.ts';
import { createMessages } from './cloud-to-device/cloud-to-device.ts';
import { createFeedback } from './cloud-to-device/feedback.ts';
import { createDigitalTwins } from './digital-twins/digital-twins.ts';
import { createEventFormats, type EventFormats } from './events/event-formats.ts';
import { createEventLog } from './events/events.ts';
import { announceHubEvents } from './events/hub-events.ts';
import { Happenings } from './happenings.ts';
import type { Hub } from './hub.ts';
import type { HubOptions } from './hub-options.ts';
import type { HubParts } from './hub-parts.ts';
import { createBulkRegistry } from './identities/bulk.ts';
import { createIdentityMaker } from './identities/identity-maker.ts';
import { createKeys } from './identities/keys.ts';
import { createRegistry } from './identities/registry.ts';
import { createStatistics } from './identities/statistics.ts';
import { createJobs } from './jobs/jobs.ts';
import { createMethods } from './methods/methods.ts';
import type { Clock, HubPorts, Timer } from './ports.ts';
import { createClientRows } from './queries/client-rows.ts';
import { createQueries } from './queries/queries.ts';
import { createClientSessions } from './sessions/client-sessions.ts';
import { LiveSessions } from './sessions/live-sessions.ts';
import { PersistentSubscriptions } from './sessions/persistent-subscriptions.ts';
import { createTwins } from './twins/twins.ts';

/** Creates a hub from its options, its ports and the event formats of all doors. Fails if an option cannot be used. */
export function createHub(
  options: HubOptions,
  ports: HubPorts,
  doorFormats: readonly EventFormats[] = [],
): Result<Hub> {
  const { ids, log, journal } = ports;
  const happenings = new Happenings();
  const closing = new AbortController();
  const closed = closing.signal;
  const clock = runUntil(closed, ports.clock);
  const formats = createEventFormats(doorFormats);
  const parts: HubParts = { options, clock, ids, log, state: new HubState(), formats, happenings, closed };
  const access = createAccess(parts);
  if (!access.ok) return access;
  const live = new LiveSessions();
  const events = createEventLog(parts);
  const methods = createMethods(parts, live);
  const feedback = createFeedback(parts);
  const messages = createMessages(parts, live, feedback);
  announceHubEvents(parts, events);
  const maker = createIdentityMaker(parts);
  const registry = createRegistry(parts, live, maker);
  const twins = createTwins(parts, live);
  const rows = createClientRows(parts);
  const jobs = createJobs(parts, rows, { twins, methods, live });
  return ok({
    hostNames: options.hostNames,
    clock,
    ids,
    log,
    happenings,
    access: access.value,
    registry,
    twins,
    clients: createClientSessions(parts, live, { events, methods, messages }),
    subscriptions: new PersistentSubscriptions(parts),
    events,
    methods,
    messages,
    feedback,
    queries: createQueries(parts, rows),
    jobs,
    bulk: createBulkRegistry(parts, { registry, twins }),
    keys: createKeys(parts, maker),
    statistics: createStatistics(parts, live),
    digitalTwins: createDigitalTwins(parts, twins),
    kept: () => journal?.kept(),
    close: () => {
      closing.abort();
      jobs.close();
      methods.close();
      for (const session of live.all()) session.end('hub-closed');
      messages.close();
    },
  });
}

// What is still asked of a closed hub must not keep its process alive.
function runUntil(closed: AbortSignal, clock: Clock): Clock {
  return {
    now: () => clock.now(),
    schedule: (delayMilliseconds, run) =>
      closed.aborted ? NO_TIMER : clock.schedule(delayMilliseconds, run),
  };
}

const NO_TIMER: Timer = { cancel: () => undefined };

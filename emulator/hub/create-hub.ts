import { ok, type Result } from '../domain/result.ts';
import { HubState } from '../store/hub-state.ts';
import { createAccess } from './access.ts';
import { createClientSessions } from './client-sessions.ts';
import { createEventLog } from './events.ts';
import { createFeedback } from './feedback.ts';
import { Happenings } from './happenings.ts';
import type { Hub, HubOptions } from './hub.ts';
import { announceHubEvents } from './hub-events.ts';
import type { HubParts } from './hub-parts.ts';
import { createIdentityMaker } from './identity-maker.ts';
import { LiveSessions } from './live-sessions.ts';
import { createMessages } from './messages.ts';
import { createMethods } from './methods.ts';
import type { Clock, IdSource, Log } from './ports.ts';
import { createRegistry } from './registry.ts';
import { createTwins } from './twins.ts';

/** Makes a hub from its options and its three ports; it fails where an option cannot be used. */
export function createHub(
  options: HubOptions,
  ports: { readonly clock: Clock; readonly ids: IdSource; readonly log: Log },
): Result<Hub> {
  const { clock, ids, log } = ports;
  const happenings = new Happenings();
  const parts: HubParts = { options, clock, ids, log, state: new HubState(), happenings };
  const access = createAccess(parts);
  if (!access.ok) return access;
  const live = new LiveSessions();
  const events = createEventLog(parts);
  const methods = createMethods(parts, live);
  const feedback = createFeedback(parts);
  const messages = createMessages(parts, live, feedback);
  announceHubEvents(parts, events);
  return ok({
    hostNames: options.hostNames,
    clock,
    ids,
    log,
    happenings,
    access: access.value,
    registry: createRegistry(parts, live, createIdentityMaker(parts)),
    twins: createTwins(parts, live),
    clients: createClientSessions(parts, live, { events, methods, messages }),
    events,
    methods,
    messages,
    feedback,
    close: () => {
      for (const session of live.all()) session.end('hub-closed');
      messages.close();
    },
  });
}

import type { ClientSessions } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import type { LiveSessions } from './live-sessions.ts';
import { OpenSession, type SessionServices } from './open-session.ts';

/** Makes the door to live sessions: a newcomer closes its predecessor, an expired token ends a session after a grace. */
export function createClientSessions(
  parts: HubParts,
  live: LiveSessions,
  services: SessionServices,
): ClientSessions {
  const ground = { parts, live, services };
  return {
    open: (client, link, { modelId } = {}) => {
      const record = parts.state.find(client.identity);
      if (record === undefined) throw new Error('A session was opened for a client that is not registered.');
      live.drop(client.identity, 'superseded-by-new-connection');
      if (modelId !== undefined && modelId !== record.twin.modelId) record.twin = { ...record.twin, modelId };
      return new OpenSession(ground, client, record, link);
    },
    isReadyFor: (identity, channel) => live.find(identity)?.isReadyFor(channel) === true,
    connectedDeviceCount: () => live.deviceCount,
  };
}

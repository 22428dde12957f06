import { type ClientIdentity, parseClientIdentity } from '../emulator/domain/identities/client-identity.ts';
import type { Result } from '../emulator/domain/result.ts';
import type { Emulator } from '../emulator/emulator.ts';
import type { ClientName } from './clients/client-names.ts';
import { filterEvents } from './hub-events.ts';
import type { HubObserver } from './hub-observer.ts';

/** Creates the observer of an emulator in this process. */
export function observeEmulator({ hub }: Emulator): HubObserver {
  const readTwin = (client: ClientName): Twin => {
    const twin = hub.twins.getTwin(parseClientName(client));
    return twin.ok ? (twin.value as Twin) : {};
  };
  return {
    onChange: (listener) => hub.activities.listen({ kinds: CHANGES }, listener),
    isReadyFor: (client, channel) => hub.sessions.isReadyFor(parseClientName(client), channel),
    connectionStateOf: (client) => readTwin(client).connectionState,
    reportedPropertiesOf: (client) => readTwin(client).properties?.reported ?? {},
    readEvents: ({ sources, ...reading }) => filterEvents(hub.events.read(reading), sources),
    readFeedback: (reading) => hub.feedback.read(reading),
    sendMessage: (client, message) => unwrap(hub.cloudToDevice.sendMessage(parseClientName(client), message)),
    purgeMessages: (client) => unwrap(hub.cloudToDevice.purgeMessages(parseClientName(client))),
    sendInputMessage: (module, message, sender) =>
      unwrap(
        hub.cloudToDevice.sendInputMessage(parseClientName(module), {
          ...message,
          sender: parseClientName(sender),
        }),
      ),
  };
}

/** Parses the ids of a client. Throws if one of them is invalid. */
export function parseClientName({ deviceId, moduleId }: ClientName): ClientIdentity {
  return unwrap(parseClientIdentity(deviceId, moduleId));
}

interface Twin {
  readonly connectionState?: string;
  readonly properties?: { readonly reported: Readonly<Record<string, unknown>> };
}

const CHANGES = [
  'identityCreated',
  'identityDeleted',
  'clientConnected',
  'clientDisconnected',
  'clientSubscribed',
  'twinUpdated',
  'twinReplaced',
] as const;

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  const { name, message } = result.error;
  throw Object.assign(new Error(message), { name });
}

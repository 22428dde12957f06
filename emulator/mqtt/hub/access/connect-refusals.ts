import type { ConnectRefusalReason, RefusalReason } from '../../../domain/log-reasons.ts';
import type { Log } from '../../../hub/ports.ts';
import type { ConnectRequest, Peer } from '../../wire/service.ts';

/** The reasons for which this door refuses a CONNECT with CONNACK 5, with their meaning. The words are stable. */
export const CONNECT_REFUSAL_REASONS = {
  'user-name-malformed': 'The user name is not {hub}/{client id}/?api-version=…. The answer is CONNACK 5.',
  'client-id-mismatch': 'The client id differs from the one in the user name. The answer is CONNACK 5.',
} as const satisfies Readonly<Record<ConnectRefusalReason, string>>;

/** Logs a refused CONNECT. `ids` are those of the user name if it names a client. */
export function refuseConnect(
  log: Log,
  { clientId }: ConnectRequest,
  { remoteAddress, transport }: Peer,
  reason: keyof typeof CONNECT_REFUSAL_REASONS | Extract<RefusalReason, 'host-name-mismatch'>,
  message: string,
  ids: { readonly deviceId?: string; readonly moduleId?: string | undefined } = {},
): undefined {
  log('warn', 'client-refused', {
    clientId,
    ...ids,
    operation: 'connect',
    reason,
    message,
    remoteAddress,
    transport,
  });
}

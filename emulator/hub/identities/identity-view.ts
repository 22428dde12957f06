import type { ClientActivity, Identity } from '../../domain/identities/identity.ts';
import { formatTime, NEVER } from '../../domain/time.ts';
import type { ActivityRecord, ClientRecord } from '../../store/hub-state.ts';
import type { IdentityView } from '../hub.ts';

/** An identity as the service sees it at this moment. */
export function viewOf<I extends Identity>(record: ClientRecord & { readonly identity: I }): IdentityView<I> {
  return {
    identity: record.identity,
    activity: activityOf(record.activity),
    pendingMessageCount: pendingMessageCountOf(record),
  };
}

/** Cloud-to-device messages that wait for a device or are with it; a module has no queue. */
export function pendingMessageCountOf(record: ClientRecord): number {
  return record.kind === 'device' ? record.queue.messages.length : 0;
}

function activityOf(activity: ActivityRecord): ClientActivity {
  return {
    connectionState: activity.connectionState,
    connectionStateUpdatedTime: formatOptionalTime(activity.connectionStateUpdatedUtc),
    lastActivityTime: formatOptionalTime(activity.lastActivityUtc),
  };
}

export function formatOptionalTime(milliseconds: number | undefined): string {
  return milliseconds === undefined ? NEVER : formatTime(milliseconds);
}

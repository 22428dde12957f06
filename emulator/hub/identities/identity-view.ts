import type { ClientActivity, Identity } from '../../domain/identities/identity.ts';
import type { IdentityView } from '../../domain/identities/identity-document.ts';
import { formatOptionalTime } from '../../domain/time.ts';
import type { ActivityRecord, ClientRecord } from '../../store/records.ts';

/** Returns an identity with its current activity. */
export function viewOf<I extends Identity>(record: ClientRecord & { readonly identity: I }): IdentityView<I> {
  return {
    identity: record.identity,
    activity: activityOf(record.activity),
    pendingMessageCount: record.queue.messages.length,
  };
}

function activityOf(activity: ActivityRecord): ClientActivity {
  return {
    connectionState: activity.connectionState,
    connectionStateUpdatedTime: formatOptionalTime(activity.connectionStateUpdatedUtc),
    lastActivityTime: formatOptionalTime(activity.lastActivityUtc),
  };
}

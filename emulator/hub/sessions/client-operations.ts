import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { IncomingEvent } from '../../domain/messages/incoming-event.ts';
import type { MethodResponse } from '../../domain/methods/method.ts';
import type { Result } from '../../domain/result.ts';
import type { ClientRecord, EventSender } from '../../store/records.ts';
import type { AuthenticatedClient } from '../access/credentials.ts';

/**
 * The operations that connected clients call. The capabilities implement them. They are a type of their own, because
 * capabilities import sessions and not the reverse.
 */
export interface ClientOperations {
  readonly events: {
    createSender(client: AuthenticatedClient, record: ClientRecord): EventSender;
    append(sender: EventSender, event: IncomingEvent, record: ClientRecord | undefined): void;
  };
  readonly methods: { respond(identity: ClientIdentity, requestId: string, response: MethodResponse): void };
  readonly cloudToDevice: {
    completeMessage(identity: ClientIdentity, lockToken: string): Result<void>;
    rejectMessage(identity: ClientIdentity, lockToken: string): Result<void>;
  };
  readonly twins: {
    updateReportedProperties(
      record: ClientRecord,
      patch: JsonValue,
      expectedVersion: number | undefined,
    ): Result<number>;
  };
}

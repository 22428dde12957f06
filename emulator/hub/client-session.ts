import type { ClientIdentity } from '../domain/identities/client-identity.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { MethodResponse } from '../domain/methods/method.ts';
import type { Result } from '../domain/result.ts';
import type { EventFormat } from './events/event-formats.ts';

/** What a connected client can ask to hear. */
export type Channel = 'desiredProperties' | 'methods' | 'messages' | 'inputs';

/** An event as a door received it. `head` holds its properties in the given format. Both arrays are stored, not copied. */
export interface IncomingEvent {
  readonly head: Uint8Array;
  readonly format: EventFormat;
  readonly body: Uint8Array;
}

/**
 * One connected client, from accepted credentials to the end of the connection.
 * Every operation is one synchronous decision of the hub.
 */
export interface ClientSession {
  readonly identity: ClientIdentity;
  /** False as soon as the session is closed or a newer one took its place; then nothing of it counts any more. */
  isOpen(): boolean;
  /** The door is ready (MQTT: CONNACK is on the wire): deliveries may begin. */
  begin(): void;
  /** `isSettledOnDelivery`: an MQTT QoS 0 subscription cannot acknowledge a message. */
  subscribe(channel: Channel, isSettledOnDelivery?: boolean): void;
  unsubscribe(channel: Channel): void;
  isSubscribed(channel: Channel): boolean;
  /** `{desired, reported}` without metadata. */
  getTwin(): Result<JsonObject>;
  /** The new `$version`; a stale `expectedVersion` is `PreconditionFailed`. */
  updateReportedProperties(patch: JsonValue, expectedVersion?: number): Result<number>;
  /** Appends telemetry to the log. Sizes are the door's to check, for it knows them before it buffers. */
  sendEvent(event: IncomingEvent): void;
  /** A late or unknown request id is ignored. */
  answerMethod(requestId: string, response: MethodResponse): void;
  completeMessage(lockToken: string): Result<void>;
  abandonMessage(lockToken: string): Result<void>;
  rejectMessage(lockToken: string): Result<void>;
  /** `graceful` where the client said goodbye, else the connection was lost. Idempotent. */
  close(kind: 'graceful' | 'lost'): void;
}

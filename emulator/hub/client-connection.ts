import type { JsonObject } from '../domain/json.ts';
import type { LogReason } from '../domain/log-events.ts';
import type { CloudToDeviceDelivery, ModuleInputMessage } from '../domain/messages/message.ts';
import type { MethodRequest } from '../domain/methods/method.ts';

/** What a connected client can subscribe to. */
export type Channel = 'desiredProperties' | 'methods' | 'messages' | 'inputs';

/** Why the hub ends a connection; the word is the `reason` in the log. */
export type DisconnectReason =
  | 'identity-disabled'
  | 'token-expired'
  | Extract<
      LogReason,
      'superseded-by-new-connection' | 'identity-deleted' | 'hub-reset' | 'hub-restored' | 'hub-closed'
    >;

/** The way from the hub to one connected client. Each door implements it for its wire. */
export interface ClientConnection {
  /** The patch as the service wrote it, with `$version`. */
  deliverDesiredPatch(patch: JsonObject): void;
  deliverMethodRequest(request: MethodRequest): void;
  deliverMessage(delivery: CloudToDeviceDelivery): void;
  deliverInputMessage(message: ModuleInputMessage): void;
  close(reason: DisconnectReason): void;
}

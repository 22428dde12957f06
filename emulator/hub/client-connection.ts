import type { JsonObject } from '../domain/json.ts';
import type { LogReason } from '../domain/log-reasons.ts';
import type {
  CloudToDeviceDelivery,
  CloudToDeviceMessage,
  ModuleInputMessage,
} from '../domain/messages/message.ts';
import type { MethodRequest } from '../domain/methods/method.ts';

/** The kinds of deliveries to which a connected client can subscribe. */
export type Channel = 'desiredProperties' | 'methods' | 'messages' | 'inputs';

/** The reason why the hub ends all connections and calls. */
export type HubEndReason = Extract<LogReason, 'hub-reset' | 'hub-restored' | 'hub-closed'>;

/** The reason why the hub ends a connection, as the log writes it. */
export type DisconnectReason =
  | HubEndReason
  | Extract<
      LogReason,
      'identity-deleted' | 'identity-disabled' | 'token-expired' | 'superseded-by-new-connection'
    >;

/**
 * The way in which a client receives a message. It acknowledges the message, or the delivery settles it; `none` if the
 * client is not subscribed to this message.
 */
export type MessageReception = 'acknowledged' | 'settled' | 'none';

/** The connection of the hub to one client. Each door implements it for its protocol. */
export interface ClientConnection {
  /** Returns whether the client is subscribed to direct methods of this name. */
  acceptsMethod(name: string): boolean;
  receptionOf(message: CloudToDeviceMessage): MessageReception;
  acceptsInputMessage(message: ModuleInputMessage): boolean;
  /** Delivers the patch in the form of the update, with `$version`. */
  deliverDesiredPatch(patch: JsonObject): void;
  deliverMethodRequest(request: MethodRequest): void;
  deliverMessage(delivery: CloudToDeviceDelivery): void;
  deliverInputMessage(message: ModuleInputMessage): boolean;
  close(reason: DisconnectReason): void;
}

import { type ClientIdentity, formatClientIdentity } from '../domain/identities/client-identity.ts';
import type { Operation } from '../domain/operations.ts';
import type { Twin } from '../domain/twins/twin.ts';
import type { TouchedParts } from '../domain/twins/twin-change.ts';
import type { Channel } from './client-connection.ts';

interface ActivityOfClient<Kind extends string, Cause extends Operation> {
  readonly kind: Kind;
  /**
   * The operation that this change is, by its own name. The operation of the request can be another one. Bulk requests
   * publish `createOrUpdateDevice`, jobs and digital twins `updateTwin`, IoT Edge devices also `createOrUpdateModule`.
   */
  readonly operation: Cause;
  readonly identity: ClientIdentity;
}

interface IdentityActivity<Kind extends string> extends ActivityOfClient<Kind, Operation> {
  readonly twin: Twin;
}

interface TwinActivity<Kind extends string> extends ActivityOfClient<Kind, Operation> {
  readonly twin: Twin;
  readonly touched: TouchedParts;
}

interface DisconnectActivity extends ActivityOfClient<'clientDisconnected', 'disconnect'> {
  /** True if the client sent a DISCONNECT. Otherwise the connection was lost or the hub ended it. */
  readonly isGraceful: boolean;
}

interface SubscribeActivity extends ActivityOfClient<'clientSubscribed', 'subscribe'> {
  readonly channel: Channel;
}

/** A completed change in the hub: its operation, the client, and the new state. */
export type Activity =
  | IdentityActivity<'identityCreated'>
  | IdentityActivity<'identityDeleted'>
  | ActivityOfClient<'clientConnected', 'connect'>
  | DisconnectActivity
  | SubscribeActivity
  | TwinActivity<'twinUpdated'>
  | TwinActivity<'twinReplaced'>;

export type ActivityKind = Activity['kind'];
type ActivityOf<Kind extends ActivityKind> = Extract<Activity, { readonly kind: Kind }>;

/** The activities that a listener receives: some kinds, of all clients or of one client. */
export interface ActivityFilter<Kind extends ActivityKind> {
  readonly kinds: readonly Kind[];
  readonly identity?: ClientIdentity | undefined;
}

interface Subscription {
  /** The client by its formatted identity; undefined for all clients. */
  readonly client: string | undefined;
  readonly listener: (activity: Activity) => void;
}

/**
 * The stream of all activities of a hub. Listeners are called synchronously within the operation, in the order of
 * subscription. Telemetry is not an activity: it is read from the event log.
 */
export class ActivityFeed {
  readonly #subscriptions = new Map<ActivityKind, Set<Subscription>>();

  /** Returns a function that ends the subscription. */
  listen<Kind extends ActivityKind>(
    { kinds, identity }: ActivityFilter<Kind>,
    listener: (activity: ActivityOf<Kind>) => void,
  ): () => void {
    const client = identity && formatClientIdentity(identity);
    const subscription = { client, listener: listener as Subscription['listener'] };
    for (const kind of kinds) this.#of(kind).add(subscription);
    return () => {
      for (const kind of kinds) this.#of(kind).delete(subscription);
    };
  }

  /** Returns whether an activity of this kind has a listener. If not, the caller need not create the activity. */
  hasListener(kind: ActivityKind): boolean {
    return (this.#subscriptions.get(kind)?.size ?? 0) > 0;
  }

  publish(activity: Activity): void {
    const subscriptions = this.#subscriptions.get(activity.kind);
    if (subscriptions === undefined) return;
    for (const { client, listener } of subscriptions) {
      if (client === undefined || client === formatClientIdentity(activity.identity)) listener(activity);
    }
  }

  #of(kind: ActivityKind): Set<Subscription> {
    const subscriptions = this.#subscriptions.get(kind) ?? new Set();
    this.#subscriptions.set(kind, subscriptions);
    return subscriptions;
  }
}

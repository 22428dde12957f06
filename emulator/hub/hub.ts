import type { FeedbackDelivery, FeedbackRecord } from '../domain/cloud-to-device/feedback.ts';
import type { ClientIdentity, DeviceId } from '../domain/identities/client-identity.ts';
import type {
  ClientActivity,
  DeviceIdentity,
  Identity,
  ModuleIdentity,
} from '../domain/identities/identity.ts';
import type { DeviceRequest, ModuleRequest } from '../domain/identities/identity-request.ts';
import type { JsonObject } from '../domain/json.ts';
import type {
  CloudToDeviceDelivery,
  CloudToDeviceMessage,
  DeviceEvent,
  ModuleInputMessage,
} from '../domain/messages/message.ts';
import type { MethodCall, MethodResponse } from '../domain/methods/method.ts';
import type { Permission } from '../domain/policy.ts';
import type { Precondition } from '../domain/precondition.ts';
import type { Result } from '../domain/result.ts';
import type { TwinPatch } from '../domain/twins/twin.ts';
import type { TwinContent } from '../domain/twins/twin-content.ts';
import type { Channel, ClientSession, IncomingEvent } from './client-session.ts';
import type { Happenings } from './happenings.ts';
import type { ClientLink, Clock, IdSource, Log } from './ports.ts';
import type { BulkRegistry, DigitalTwins, Jobs, Keys, Queries, Statistics } from './service-operations.ts';
import type { PersistentSubscriptions } from './sessions/persistent-subscriptions.ts';

/** An identity with what the hub observes of it; `pendingMessageCount` counts waiting cloud-to-device messages. */
export interface IdentityView<I extends Identity = Identity> {
  readonly identity: I;
  readonly activity: ClientActivity;
  readonly pendingMessageCount: number;
}

/** The device and module registry. Deleting or disabling an identity drops its live connection. */
export interface Registry {
  getDevice(deviceId: DeviceId): Result<IdentityView<DeviceIdentity>>;
  /** In registration order, `top` at most. */
  listDevices(top: number): readonly IdentityView<DeviceIdentity>[];
  /** PUT: without a precondition creates (409 if it exists), with one updates (404 if it does not). `content` is a new twin's. */
  putDevice(
    request: DeviceRequest,
    precondition: Precondition,
    content?: TwinContent,
  ): Result<IdentityView<DeviceIdentity>>;
  deleteDevice(deviceId: DeviceId, precondition: Precondition): Result<void>;
  getModule(identity: ClientIdentity): Result<IdentityView<ModuleIdentity>>;
  listModules(deviceId: DeviceId): Result<readonly IdentityView<ModuleIdentity>[]>;
  putModule(
    request: ModuleRequest,
    precondition: Precondition,
    content?: TwinContent,
  ): Result<IdentityView<ModuleIdentity>>;
  deleteModule(identity: ClientIdentity, precondition: Precondition): Result<void>;
}

/** Twins as the service sees them; each answer is the whole document in the order the service prints it. */
export interface Twins {
  getTwin(identity: ClientIdentity): Result<JsonObject>;
  updateTwin(identity: ClientIdentity, patch: TwinPatch, precondition: Precondition): Result<JsonObject>;
  replaceTwin(identity: ClientIdentity, twin: TwinPatch, precondition: Precondition): Result<JsonObject>;
}

/** What a client shows when it connects: nothing here is checked yet. */
export interface ClientCredentials {
  /** The ids as they stand in the MQTT user name or the path; possibly no legal ids at all. */
  readonly deviceId: string;
  readonly moduleId?: string;
  /** The hub's name as the client gave it (MQTT user name); absent where the wire has none. */
  readonly hostName?: string;
  readonly credential:
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'certificate'; readonly chain: readonly Uint8Array[] }
    | { readonly kind: 'none' };
}

/** A client that has proved who it is. `expiryUtc` (Unix milliseconds) is its token's, absent for a certificate. */
export interface AuthenticatedClient {
  readonly identity: ClientIdentity;
  readonly method: {
    readonly scope: 'hub' | 'device' | 'module';
    readonly type: 'sas' | 'x509';
  };
  readonly expiryUtc?: number;
}

/** Who may do what. Every refusal writes one log line with a stable reason. */
export interface Access {
  authenticateClient(credentials: ClientCredentials): Result<AuthenticatedClient>;
  /**
   * Authorizes a service request by its `Authorization` header: the policy must have one of `permissions`,
   * and the token must cover the resource `path` (segments below the host). Entra tokens pass, unless the operation
   * takes shared access signatures only.
   */
  authorizeService(
    authorization: string | undefined,
    permissions: readonly Permission[],
    path: readonly string[],
    options?: { readonly isEntraRefused?: boolean },
  ): Result<void>;
}

/** Live connections. */
export interface ClientSessions {
  /** Opens the session of an authenticated client; a predecessor with the same identity is closed at once. */
  open(client: AuthenticatedClient, link: ClientLink, options?: { readonly modelId?: string }): ClientSession;
  /** Whether the client is connected and would hear what comes over this channel. */
  isReadyFor(identity: ClientIdentity, channel: Channel): boolean;
  /** Number of devices (not modules) connected now. */
  connectedDeviceCount(): number;
}

/** Where a reader of events begins. */
export type EventPosition = 'earliest' | 'latest' | { readonly afterSequenceNumbers: readonly number[] };

/** Device-to-cloud events: an append-only log per partition with a bound on memory. */
export interface Events {
  readonly partitionCount: number;
  /** Appends an event of a client that has no session (the device HTTPS API). */
  append(client: AuthenticatedClient, event: IncomingEvent): Result<void>;
  /** Ends only with the signal or by leaving the loop. */
  read(options?: {
    readonly from?: EventPosition;
    readonly deviceId?: string;
    readonly moduleId?: string;
    readonly signal?: AbortSignal;
  }): AsyncIterable<DeviceEvent>;
}

/** Direct methods. */
export interface Methods {
  /** Resolves with the client's answer, or `DeviceNotOnline`, `GatewayTimeout`, `DeviceNotFound`, … */
  invoke(identity: ClientIdentity, call: MethodCall): Promise<Result<MethodResponse>>;
}

/** Cloud-to-device messages. To settle with a lock that is lost is `DeviceMessageLockLost`. */
export interface Messages {
  /** Queues a message and delivers it at once to a device that listens; its `to` is filled in where it is absent. */
  send(deviceId: DeviceId, message: CloudToDeviceMessage): Result<void>;
  /** The device HTTPS API: locks and returns the next message, or undefined where the queue is empty. */
  receive(deviceId: DeviceId): Result<CloudToDeviceDelivery | undefined>;
  complete(deviceId: DeviceId, lockToken: string): Result<void>;
  abandon(deviceId: DeviceId, lockToken: string): Result<void>;
  reject(deviceId: DeviceId, lockToken: string): Result<void>;
  /** The number of messages purged. */
  purge(deviceId: DeviceId): Result<number>;
  /** To a module's input; `DeviceNotOnline` where nobody listens. */
  sendToInput(identity: ClientIdentity, message: ModuleInputMessage): Result<void>;
}

/** Feedback on cloud-to-device messages whose sender asked for it. To settle with a lock that is lost is `DeviceMessageLockLost`. */
export interface Feedback {
  /** Locks and returns the next batch, or undefined where none waits. */
  receive(): FeedbackDelivery | undefined;
  complete(lockToken: string): Result<void>;
  abandon(lockToken: string): Result<void>;
  /** Looks on: the records as they come about, taken from nobody. It begins at once and ends only with the signal or by leaving the loop. */
  read(options?: {
    readonly from?: 'earliest' | 'latest';
    readonly deviceId?: string;
    readonly signal?: AbortSignal;
  }): AsyncIterable<FeedbackRecord>;
}

/** The hub itself: what IoT Hub does, without any wire. */
export interface Hub {
  readonly hostNames: readonly string[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly access: Access;
  readonly registry: Registry;
  readonly twins: Twins;
  readonly clients: ClientSessions;
  readonly subscriptions: PersistentSubscriptions;
  readonly events: Events;
  readonly methods: Methods;
  readonly messages: Messages;
  readonly feedback: Feedback;
  readonly queries: Queries;
  readonly jobs: Jobs;
  readonly bulk: BulkRegistry;
  readonly keys: Keys;
  readonly statistics: Statistics;
  readonly digitalTwins: DigitalTwins;
  readonly happenings: Happenings;
  /**
   * Undefined if all changes so far are kept, otherwise a promise that resolves when they are. A door sends an answer
   * or an acknowledgement only then. Without a journal it is always undefined, so that nothing is delayed.
   */
  kept(): Promise<void> | undefined;
  /** Ends every session and timer. */
  close(): void;
}

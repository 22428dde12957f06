import { parseTrustedAuthorities, type TrustedAuthority } from '../auth/certificate-chain.ts';
import type { EventFormats } from '../domain/messages/incoming-event.ts';
import { ok, type Result } from '../domain/result.ts';
import { HubStore } from '../store/hub-store.ts';
import type { HubSnapshot } from '../store/snapshot.ts';
import { Access } from './access/access.ts';
import { ActivityFeed } from './activity.ts';
import type { HubEndReason } from './client-connection.ts';
import { CloudToDevice } from './cloud-to-device/cloud-to-device.ts';
import { Feedback } from './cloud-to-device/feedback.ts';
import { DigitalTwins } from './digital-twins/digital-twins.ts';
import { createEventFormats } from './events/event-formats.ts';
import { Events } from './events/events.ts';
import { HubEvents } from './events/hub-events.ts';
import type { HubOptions } from './hub-options.ts';
import type { HubParts } from './hub-parts.ts';
import { BulkRegistry } from './identities/bulk-registry.ts';
import { Devices } from './identities/devices.ts';
import { IdentityFactory } from './identities/identity-factory.ts';
import { Keys } from './identities/keys.ts';
import { Modules } from './identities/modules.ts';
import { Statistics } from './identities/statistics.ts';
import { Jobs } from './jobs/jobs.ts';
import { Methods } from './methods/methods.ts';
import type { Clock, HubPorts, IdSource, Journal, Log, Timer } from './ports.ts';
import { Queries } from './queries/queries.ts';
import { ClientSessions } from './sessions/client-sessions.ts';
import { PersistentSubscriptions } from './sessions/persistent-subscriptions.ts';
import { Twins } from './twins/twins.ts';

/** IoT Hub without a protocol. Each capability is one member. */
export class Hub {
  readonly hostNames: readonly string[];
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;

  readonly access: Access;
  readonly activities = new ActivityFeed();
  readonly sessions: ClientSessions;
  readonly subscriptions: PersistentSubscriptions;
  readonly devices: Devices;
  readonly modules: Modules;
  readonly bulkRegistry: BulkRegistry;
  readonly keys: Keys;
  readonly statistics: Statistics;
  readonly twins: Twins;
  readonly digitalTwins: DigitalTwins;
  readonly methods: Methods;
  readonly feedback: Feedback;
  readonly cloudToDevice: CloudToDevice;
  readonly events: Events;
  readonly queries: Queries;
  readonly jobs: Jobs;

  readonly #store: HubStore;
  readonly #journal: Journal | undefined;
  readonly #closing = new AbortController();

  constructor(
    options: HubOptions,
    { clock, ids, log, journal }: HubPorts,
    formats: EventFormats,
    authorities: readonly TrustedAuthority[],
  ) {
    this.hostNames = options.hostNames;
    this.clock = runUntil(this.#closing.signal, clock);
    this.ids = ids;
    this.log = log;
    this.#journal = journal;
    this.#store = new HubStore(options, clock.now());
    const { activities } = this;
    const closed = this.#closing.signal;
    const parts: HubParts = {
      options,
      clock: this.clock,
      ids,
      log,
      store: this.#store,
      formats,
      activities,
      closed,
    };
    const factory = new IdentityFactory(parts);
    this.access = new Access(parts, authorities);
    this.sessions = new ClientSessions(parts, this);
    this.subscriptions = new PersistentSubscriptions(parts);
    this.methods = new Methods(parts, this.sessions);
    this.feedback = new Feedback(parts);
    this.cloudToDevice = new CloudToDevice(parts, this.sessions, this.feedback);
    this.events = new Events(parts);
    this.twins = new Twins(parts, this.sessions);
    this.modules = new Modules(parts, this.sessions, factory);
    this.devices = new Devices(parts, this.sessions, this.modules, factory);
    this.bulkRegistry = new BulkRegistry(parts, this.devices, this.modules, this.twins);
    this.keys = new Keys(parts, factory);
    this.statistics = new Statistics(parts, this.sessions);
    this.digitalTwins = new DigitalTwins(parts, this.twins);
    this.queries = new Queries(parts);
    this.jobs = new Jobs(parts, this);
    // The last listener, so that the hub acts on an activity before the event log contains it.
    new HubEvents(parts, this.events);
  }

  /**
   * Returns undefined if all changes so far are kept, otherwise a promise that resolves when they are. A door sends an
   * answer or an acknowledgement only then. Without a journal it always returns undefined.
   */
  kept(): Promise<void> | undefined {
    return this.#journal?.kept();
  }

  /** Returns the complete state as plain data. */
  snapshot(): HubSnapshot {
    return this.#store.snapshot();
  }

  /**
   * Ends all sessions and calls and replaces the state by that of a snapshot. Timers, jobs, ids, etags,
   * sequence numbers and locks continue from the snapshot. Throws without a change if the snapshot has another version,
   * another number of partitions or invalid JSON.
   */
  restore(snapshot: HubSnapshot): void {
    this.#replaceState('hub-restored', this.#store.prepareRestore(snapshot));
  }

  /** Ends all sessions and calls and returns to the state of a new hub. Clients must be registered again. */
  reset(): void {
    this.#replaceState('hub-reset', () => this.#store.reset(this.clock.now()));
  }

  /** Ends every session, call, reader and timer. */
  close(): void {
    this.#closing.abort();
    this.#suspend('hub-closed');
  }

  #replaceState(reason: HubEndReason, replace: () => void): void {
    this.#suspend(reason);
    replace();
    this.cloudToDevice.resume();
    this.jobs.resume();
  }

  #suspend(reason: HubEndReason): void {
    this.jobs.suspend();
    this.methods.endAll(reason);
    this.sessions.endAll(reason);
    this.cloudToDevice.suspend();
  }
}

/**
 * Creates a hub from its options, its ports and the event formats of all doors.
 * Fails if a trusted authority is not a valid certificate.
 */
export function createHub(
  options: HubOptions,
  ports: HubPorts,
  doorFormats: readonly EventFormats[] = [],
): Result<Hub> {
  const authorities: TrustedAuthority[] = [];
  for (const pem of options.trustedAuthorities) {
    const parsed = parseTrustedAuthorities(pem);
    if (!parsed.ok) return parsed;
    authorities.push(...parsed.value);
  }
  return ok(new Hub(options, ports, createEventFormats(doorFormats), authorities));
}

// A timer that is set after the hub closed must not keep the process alive.
function runUntil(closed: AbortSignal, clock: Clock): Clock {
  return {
    now: clock.now.bind(clock),
    schedule: (delayMilliseconds, run) =>
      closed.aborted ? NO_TIMER : clock.schedule(delayMilliseconds, run),
  };
}

const NO_TIMER: Timer = { cancel: () => undefined };

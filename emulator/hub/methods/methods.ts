import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { MethodCall, MethodResponse } from '../../domain/methods/method.ts';
import { checkMethodPayload } from '../../domain/methods/method-request.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { ClientRecord } from '../../store/records.ts';
import type { Activity } from '../activity.ts';
import type { HubEndReason } from '../client-connection.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/identity-rules.ts';
import type { Timer } from '../ports.ts';
import type { ClientSession } from '../sessions/client-session.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';

/** A pending call. It waits for the client to be online, and then for the response. */
interface PendingCall {
  /** The formatted identity of the client. */
  readonly client: string;
  readonly call: MethodCall;
  readonly resolve: (result: Result<MethodResponse>) => void;
  state: 'connecting' | 'responding';
  requestId: string;
  timer: Timer | undefined;
}

const MAXIMUM_IN_FLIGHT = 100;
const OFFLINE_TEXT =
  "The operation failed because the requested device isn't online or hasn't registered the direct method callback. To learn more, see https://aka.ms/iothub404103";
const OFFLINE = failed('DeviceNotOnline', OFFLINE_TEXT);
const NO_RESPONSE = failed('GatewayTimeout', 'Timed out waiting for the response from device.');
const DISCONNECTED = failed('DeviceConnectionClosedRemotely', 'Device unavailable');
const ENDED: Readonly<Record<HubEndReason, Result<never>>> = {
  'hub-closed': failed('ServiceUnavailable', 'The hub is closed.'),
  'hub-reset': failed('ServiceUnavailable', 'The hub was reset.'),
  'hub-restored': failed('ServiceUnavailable', 'The hub was restored from a snapshot.'),
};

/** Direct methods. A call waits until the client is online for it, sends the request, and waits for the response. */
export class Methods {
  readonly #parts: HubParts;
  readonly #sessions: ClientSessions;
  readonly #calls = new Map<string, Set<PendingCall>>();

  constructor(parts: HubParts, sessions: ClientSessions) {
    this.#parts = parts;
    this.#sessions = sessions;
    parts.activities.listen(
      { kinds: ['clientSubscribed', 'clientDisconnected', 'identityDeleted'] },
      (activity) => this.#handle(activity),
    );
  }

  /**
   * Invokes a direct method and resolves with the response of the client. Errors: `DeviceNotOnline`, `GatewayTimeout`,
   * `DeviceNotFound`, `ModuleNotFound`, `DeviceConnectionClosedRemotely`, `DeviceMaximumInflightMethodExceeded`,
   * `ServiceUnavailable`, `ArgumentInvalid` if the response is too large.
   */
  invokeMethod(identity: ClientIdentity, call: MethodCall): Promise<Result<MethodResponse>> {
    const { closed, store, clock } = this.#parts;
    if (closed.aborted) return Promise.resolve(ENDED['hub-closed']);
    const record = store.clients.find(identity);
    if (record === undefined) return Promise.resolve(failMissing(this.#parts, identity));
    const client = formatClientIdentity(identity);
    const calls = this.#calls.get(client) ?? new Set();
    if (calls.size >= MAXIMUM_IN_FLIGHT) {
      const text = `More than ${MAXIMUM_IN_FLIGHT} methods are in flight.`;
      return Promise.resolve(failed('DeviceMaximumInflightMethodExceeded', text));
    }
    const session = this.#sessions.findReadyForMethod(identity, call.name);
    const connectMilliseconds = call.connectTimeoutSeconds * 1000;
    if (session === undefined && connectMilliseconds === 0) return Promise.resolve(OFFLINE);
    this.#calls.set(client, calls);
    return new Promise((resolve) => {
      const pending: PendingCall = {
        client,
        call,
        resolve,
        state: 'connecting',
        requestId: '',
        timer: undefined,
      };
      calls.add(pending);
      if (session !== undefined) this.#send(pending, session, record);
      else pending.timer = clock.schedule(connectMilliseconds, () => this.#settle(pending, OFFLINE));
    });
  }

  /** Completes a call with the response of its client. A late or unknown request id is ignored. */
  respond(identity: ClientIdentity, requestId: string, response: MethodResponse): void {
    for (const pending of this.#calls.get(formatClientIdentity(identity)) ?? []) {
      if (pending.state !== 'responding' || pending.requestId !== requestId) continue;
      const payload = checkMethodPayload(response.payload);
      this.#settle(pending, payload.ok ? ok(response) : payload);
      return;
    }
  }

  /** Ends every pending call. */
  endAll(reason: HubEndReason): void {
    for (const pending of [...this.#calls.values()].flatMap((calls) => [...calls])) {
      this.#settle(pending, ENDED[reason]);
    }
  }

  #send(pending: PendingCall, session: ClientSession, record: ClientRecord): void {
    const { store, clock } = this.#parts;
    pending.timer?.cancel();
    pending.state = 'responding';
    // As in IoT Hub, the request id is short, hexadecimal and counted per client.
    pending.requestId = store.clients.countMethodRequest(record).toString(16);
    const { name, payload, responseTimeoutSeconds } = pending.call;
    pending.timer = clock.schedule(responseTimeoutSeconds * 1000, () => this.#settle(pending, NO_RESPONSE));
    session.connection.deliverMethodRequest({ requestId: pending.requestId, name, payload });
  }

  #handle(
    activity: Extract<Activity, { kind: 'clientSubscribed' | 'clientDisconnected' | 'identityDeleted' }>,
  ): void {
    const calls = this.#calls.get(formatClientIdentity(activity.identity));
    if (calls === undefined) return;
    for (const pending of [...calls]) {
      switch (activity.kind) {
        case 'clientSubscribed':
          if (activity.channel === 'methods' && pending.state === 'connecting') {
            this.#sendIfReady(pending, activity.identity);
          }
          break;
        case 'clientDisconnected':
          if (activity.isGraceful && pending.state === 'responding') this.#settle(pending, DISCONNECTED);
          break;
        case 'identityDeleted':
          this.#settle(pending, failMissing(this.#parts, activity.identity));
          break;
      }
    }
  }

  #sendIfReady(pending: PendingCall, identity: ClientIdentity): void {
    const session = this.#sessions.findReadyForMethod(identity, pending.call.name);
    const record = this.#parts.store.clients.find(identity);
    if (session !== undefined && record !== undefined) this.#send(pending, session, record);
  }

  #settle(pending: PendingCall, result: Result<MethodResponse>): void {
    pending.timer?.cancel();
    const calls = this.#calls.get(pending.client);
    calls?.delete(pending);
    if (calls?.size === 0) this.#calls.delete(pending.client);
    pending.resolve(result);
  }
}

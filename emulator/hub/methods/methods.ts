import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { MethodCall, MethodResponse } from '../../domain/methods/method.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { Activity } from '../activity.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/identity-rules.ts';
import type { Timer } from '../ports.ts';
import type { ClientSessions } from '../sessions/client-sessions.ts';

/** A pending call. It waits for the client to be online, and then for the response. */
interface PendingCall {
  readonly identity: ClientIdentity;
  readonly call: MethodCall;
  readonly resolve: (result: Result<MethodResponse>) => void;
  state: 'connecting' | 'responding';
  requestId: string;
  timer: Timer;
}

const MAXIMUM_IN_FLIGHT = 100;
const OFFLINE_TEXT =
  "The operation failed because the requested device isn't online or hasn't registered the direct method callback. To learn more, see https://aka.ms/iothub404103";
const OFFLINE = failed('DeviceNotOnline', OFFLINE_TEXT);
const NO_RESPONSE = failed('GatewayTimeout', 'Timed out waiting for the response from device.');
const DISCONNECTED = failed('DeviceConnectionClosedRemotely', 'Device unavailable');
const CLOSED = failed('ServiceUnavailable', 'The hub is closed.');

/** Direct methods. A call waits until the client is online, sends the request, and waits for the response. */
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
   * `ServiceUnavailable`.
   */
  invokeMethod(identity: ClientIdentity, call: MethodCall): Promise<Result<MethodResponse>> {
    if (this.#parts.closed.aborted) return Promise.resolve(CLOSED);
    if (this.#parts.store.clients.find(identity) === undefined) {
      return Promise.resolve(failMissing(this.#parts, identity));
    }
    const pendingCount = this.#calls.get(formatClientIdentity(identity))?.size ?? 0;
    if (pendingCount >= MAXIMUM_IN_FLIGHT) {
      const text = `More than ${MAXIMUM_IN_FLIGHT} methods are in flight.`;
      return Promise.resolve(failed('DeviceMaximumInflightMethodExceeded', text));
    }
    return new Promise((resolve) => this.#begin(identity, call, resolve));
  }

  /** Completes a call with the response of its client. A late or unknown request id is ignored. */
  respond(identity: ClientIdentity, requestId: string, response: MethodResponse): void {
    for (const pending of this.#calls.get(formatClientIdentity(identity)) ?? []) {
      if (pending.state !== 'responding' || pending.requestId !== requestId) continue;
      this.#settle(pending, ok(response));
      return;
    }
  }

  /** Ends every pending call. */
  endAll(): void {
    for (const pending of [...this.#calls.values()].flatMap((calls) => [...calls])) {
      this.#settle(pending, CLOSED);
    }
  }

  #begin(
    identity: ClientIdentity,
    call: MethodCall,
    resolve: (result: Result<MethodResponse>) => void,
  ): void {
    const { clock } = this.#parts;
    const milliseconds = call.connectTimeoutSeconds * 1000;
    const pending: PendingCall = {
      identity,
      call,
      resolve,
      state: 'connecting',
      requestId: '',
      timer: NO_TIMER,
    };
    const isReady = this.#sessions.isReadyFor(identity, 'methods');
    if (!isReady && milliseconds === 0) {
      resolve(OFFLINE);
      return;
    }
    this.#add(pending);
    if (isReady) this.#send(pending);
    else pending.timer = clock.schedule(milliseconds, () => this.#settle(pending, OFFLINE));
  }

  #send(pending: PendingCall): void {
    const session = this.#sessions.find(pending.identity);
    const { store, clock } = this.#parts;
    const record = store.clients.find(pending.identity);
    if (session === undefined || record === undefined) return;
    pending.timer.cancel();
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
          if (activity.channel === 'methods' && pending.state === 'connecting') this.#send(pending);
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

  #add(pending: PendingCall): void {
    const key = formatClientIdentity(pending.identity);
    const calls = this.#calls.get(key);
    if (calls === undefined) this.#calls.set(key, new Set([pending]));
    else calls.add(pending);
  }

  #settle(pending: PendingCall, result: Result<MethodResponse>): void {
    pending.timer.cancel();
    const key = formatClientIdentity(pending.identity);
    const calls = this.#calls.get(key);
    calls?.delete(pending);
    if (calls?.size === 0) this.#calls.delete(key);
    pending.resolve(result);
  }
}

const NO_TIMER: Timer = { cancel: () => undefined };

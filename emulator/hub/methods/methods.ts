import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { MethodCall, MethodRequest, MethodResponse } from '../../domain/methods/method.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { Methods } from '../hub.ts';
import type { HubParts } from '../hub-parts.ts';
import { failMissing } from '../identities/missing-client.ts';
import type { Timer } from '../ports.ts';
import type { LiveSessions } from '../sessions/live-sessions.ts';

/** The direct methods of the hub, and the way a session hands its client's answer in. */
export interface MethodCalls extends Methods {
  answer(identity: ClientIdentity, requestId: string, response: MethodResponse): void;
  /** Ends every call that waits. */
  close(): void;
}

/** A call that waits: first for the client to be online, then for its answer. */
interface PendingCall {
  readonly identity: ClientIdentity;
  readonly call: MethodCall;
  state: 'connecting' | 'answering';
  requestId: string;
  timer: Timer;
  settle(result: Result<MethodResponse>): void;
}

const MAXIMUM_IN_FLIGHT = 100;
const CLOSED = failed('ServiceUnavailable', 'The hub is closed.');
const OFFLINE_TEXT =
  "The operation failed because the requested device isn't online or hasn't registered the direct method callback. To learn more, see https://aka.ms/iothub404103";

/** Makes the direct methods: wait until the client is online, send, wait for its answer. */
export function createMethods(parts: HubParts, live: LiveSessions): MethodCalls {
  const { state, clock, happenings, closed } = parts;
  const calls = new Map<string, Set<PendingCall>>();
  const requestCounters = new Map<string, number>();

  happenings.listen((happening) => {
    if (happening.kind === 'clientSubscribed' && happening.channel === 'methods') {
      for (const pending of pendingOf(happening.identity)) if (pending.state === 'connecting') send(pending);
    } else if (happening.kind === 'clientDisconnected' && happening.isGraceful) {
      for (const pending of pendingOf(happening.identity)) {
        if (pending.state === 'answering')
          pending.settle(failed('DeviceConnectionClosedRemotely', 'Device unavailable'));
      }
    } else if (happening.kind === 'identityDeleted') {
      for (const pending of pendingOf(happening.identity))
        pending.settle(failMissing(parts, happening.identity));
      requestCounters.delete(formatClientIdentity(happening.identity));
    }
  });

  return {
    invoke: (identity, call) => {
      if (closed.aborted) return Promise.resolve(CLOSED);
      const record = state.find(identity);
      if (record === undefined) return Promise.resolve(failMissing(parts, identity));
      const waiting = pendingOf(identity);
      if (waiting.length >= MAXIMUM_IN_FLIGHT) {
        const text = `More than ${MAXIMUM_IN_FLIGHT} methods are in flight.`;
        return Promise.resolve(failed('DeviceMaximumInflightMethodExceeded', text));
      }
      return new Promise((resolve) => begin(identity, call, resolve));
    },
    answer: (identity, requestId, response) => {
      const pending = pendingOf(identity).find((candidate) => candidate.requestId === requestId);
      if (pending?.state === 'answering') pending.settle(ok(response));
    },
    close: () => {
      for (const waiting of [...calls.values()]) for (const pending of [...waiting]) pending.settle(CLOSED);
    },
  };

  function begin(
    identity: ClientIdentity,
    call: MethodCall,
    resolve: (result: Result<MethodResponse>) => void,
  ): void {
    const key = formatClientIdentity(identity);
    const pending: PendingCall = {
      identity,
      call,
      state: 'connecting',
      requestId: '',
      timer: clock.schedule(call.connectTimeoutSeconds * 1000, () =>
        pending.settle(failed('DeviceNotOnline', OFFLINE_TEXT)),
      ),
      settle: (result) => {
        pending.timer.cancel();
        const all = calls.get(key);
        all?.delete(pending);
        if (all?.size === 0) calls.delete(key);
        resolve(result);
      },
    };
    const all = calls.get(key) ?? new Set();
    calls.set(key, all.add(pending));
    if (live.find(identity)?.isReadyFor('methods') === true) send(pending);
    else if (call.connectTimeoutSeconds === 0) pending.settle(failed('DeviceNotOnline', OFFLINE_TEXT));
  }

  function send(pending: PendingCall): void {
    const session = live.find(pending.identity);
    if (session === undefined) return;
    pending.timer.cancel();
    pending.state = 'answering';
    pending.requestId = nextRequestId(pending.identity);
    const { name, payload, responseTimeoutSeconds } = pending.call;
    pending.timer = clock.schedule(responseTimeoutSeconds * 1000, () =>
      pending.settle(failed('GatewayTimeout', 'Timed out waiting for the response from device.')),
    );
    const request: MethodRequest = { requestId: pending.requestId, name, payload };
    session.link.deliverMethodRequest(request);
  }

  // As on the hub: short, hexadecimal, counted per client.
  function nextRequestId(identity: ClientIdentity): string {
    const key = formatClientIdentity(identity);
    const next = (requestCounters.get(key) ?? 0) + 1;
    requestCounters.set(key, next);
    return next.toString(16);
  }

  function pendingOf(identity: ClientIdentity): readonly PendingCall[] {
    return [...(calls.get(formatClientIdentity(identity)) ?? [])];
  }
}

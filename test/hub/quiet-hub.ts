import { createManualClock, type ManualClock } from '../../emulator/clocks/manual-clock.ts';
import {
  type ClientIdentity,
  type DeviceId,
  parseClientIdentity,
} from '../../emulator/domain/identities/client-identity.ts';
import { parseDeviceRequest, parseModuleRequest } from '../../emulator/domain/identities/identity-request.ts';
import type { JsonValue } from '../../emulator/domain/json.ts';
import type { CloudToDeviceMessage, DeviceEvent } from '../../emulator/domain/messages/message.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import type { Result } from '../../emulator/domain/result.ts';
import { DEFAULT_HUB_OPTIONS } from '../../emulator/emulator-options.ts';
import type { Channel } from '../../emulator/hub/client-connection.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import type { HubOptions } from '../../emulator/hub/hub-options.ts';
import type { Clock, Log } from '../../emulator/hub/ports.ts';
import type { ClientSession } from '../../emulator/hub/sessions/client-session.ts';
import { createRecordingConnection, type RecordingConnection } from '../fakes/recording-connection.ts';
import { createSequentialIds } from '../fakes/sequential-ids.ts';

const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A hub without doors, with a manual clock and sequential ids. */
export interface QuietHub {
  readonly hub: Hub;
  readonly clock: ManualClock;
  /** Returns the number of pending timers. */
  timerCount(): number;
  /** Registers a device, or a module (`device/module`) with its device. */
  register(clientId: string, members?: Readonly<Record<string, JsonValue>>): ClientIdentity;
  /** Connects a client that is subscribed to the channels. Returns its session and its recording connection. */
  connect(
    clientId: string,
    options?: ConnectOptions,
  ): { readonly session: ClientSession; readonly connection: RecordingConnection };
}

interface ConnectOptions {
  readonly channels?: readonly Channel[];
  readonly connection?: RecordingConnection;
}

/** Creates a quiet hub. By default its log is discarded. */
export function createQuietHub(options: Partial<HubOptions> = {}, log: Log = () => undefined): QuietHub {
  const clock = createManualClock(START);
  const timers = new Set<object>();
  const hub = succeeded(
    createHub(
      { ...DEFAULT_HUB_OPTIONS, hostNames: ['myhub.azure-devices.net'], ...options },
      { clock: countTimers(clock, timers), ids: createSequentialIds(), log },
    ),
  );
  return {
    hub,
    clock,
    timerCount: () => timers.size,
    register: (clientId, members = {}) => {
      const identity = identityOf(clientId);
      const { deviceId, moduleId } = identity;
      if (!hub.devices.getDevice(deviceId).ok || moduleId === undefined) {
        const body = moduleId === undefined ? members : {};
        succeeded(
          hub.devices.createOrUpdateDevice(succeeded(parseDeviceRequest(deviceId, body)), NO_PRECONDITION),
        );
      }
      if (moduleId !== undefined) {
        succeeded(
          hub.modules.createOrUpdateModule(
            succeeded(parseModuleRequest(deviceId, moduleId, members)),
            NO_PRECONDITION,
          ),
        );
      }
      return identity;
    },
    connect: (clientId, { channels = [], connection = createRecordingConnection() } = {}) => {
      const identity = identityOf(clientId);
      const scope = identity.moduleId === undefined ? 'device' : 'module';
      const session = hub.sessions.open({ identity, method: { scope, type: 'sas' } }, connection);
      for (const channel of channels) session.subscribe(channel);
      session.begin();
      return { session, connection };
    },
  };
}

function countTimers(clock: Clock, timers: Set<object>): Clock {
  return {
    now: clock.now,
    schedule: (delayMilliseconds, run) => {
      const key = {};
      timers.add(key);
      const timer = clock.schedule(delayMilliseconds, () => {
        timers.delete(key);
        run();
      });
      return {
        cancel: () => {
          timers.delete(key);
          timer.cancel();
        },
      };
    },
  };
}

export function identityOf(clientId: string): ClientIdentity {
  const [deviceId = '', moduleId] = clientId.split('/');
  return succeeded(parseClientIdentity(deviceId, moduleId));
}

export function deviceIdOf(text: string): DeviceId {
  return identityOf(text).deviceId;
}

/** Creates a message whose body and `messageId` are the text. */
export function messageOf(text: string, members: Partial<CloudToDeviceMessage> = {}): CloudToDeviceMessage {
  return {
    body: new TextEncoder().encode(text),
    properties: { system: { messageId: text }, application: {} },
    ack: 'none',
    ...members,
  };
}

export function succeeded<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.name}: ${result.error.message}`);
  return result.value;
}

/** Returns the name of the error, or `ok`. */
export function outcomeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.name;
}

/** Reads the first `count` events of the log. */
export async function eventsOf(hub: Hub, count: number): Promise<readonly DeviceEvent[]> {
  return take(hub.events.read({ from: 'earliest', signal: AbortSignal.timeout(5000) }), count);
}

export async function take<T>(items: AsyncIterable<T>, count: number): Promise<readonly T[]> {
  const taken: T[] = [];
  for await (const item of items) if (taken.push(item) === count) break;
  return taken;
}

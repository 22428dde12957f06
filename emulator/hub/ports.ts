import type { JsonObject } from '../domain/json.ts';
import type { CloudToDeviceDelivery, ModuleInputMessage } from '../domain/messages/message.ts';
import type { MethodRequest } from '../domain/methods/method.ts';

/** Time comes from here and from nowhere else. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Runs once after a delay in milliseconds, never within this call. */
  schedule(delayMilliseconds: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Ids and randomness come from here and from nowhere else. */
export interface IdSource {
  /** A GUID in lower case with dashes. */
  guid(): string;
  /** Random bytes, as keys are made of. */
  bytes(count: number): Uint8Array;
  /** A random whole number from 0 up to, and without, `below`. */
  number(below: number): number;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';
/** Values of a log line, named by hub words: `deviceId`, `operation`, `errorCode`, `reason`. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** One line of the log; `event` is a stable word such as `client-refused`. */
export type Log = (level: LogLevel, event: string, fields: LogFields) => void;

/** Why the hub ends a connection; the word stands in the log. */
export type DisconnectReason =
  | 'superseded-by-new-connection'
  | 'identity-disabled'
  | 'identity-deleted'
  | 'token-expired'
  | 'hub-closed'
  | 'fault-injected';

/** The hub's voice toward one connected client; each door implements it for its wire. */
export interface ClientLink {
  /** The patch as written, with `$version`. */
  deliverDesiredPatch(patch: JsonObject): void;
  deliverMethodRequest(request: MethodRequest): void;
  deliverMessage(delivery: CloudToDeviceDelivery): void;
  deliverInputMessage(message: ModuleInputMessage): void;
  close(reason: DisconnectReason): void;
}

/** Keeps the changes of a hub on a durable medium. */
export interface Journal {
  /** Undefined if all changes so far are kept, otherwise a promise that resolves when they are. */
  kept(): Promise<void> | undefined;
}

/** What a hub needs from outside. Without a journal its state lives in memory only. */
export interface HubPorts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly journal?: Journal;
}

import type { LogEvent } from '../domain/log-events.ts';
import type { LogReason } from '../domain/log-reasons.ts';

/** The only source of time. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Calls `run` once after a delay in milliseconds, but never within this call. */
  schedule(delayMilliseconds: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** The only source of ids and randomness. */
export interface IdSource {
  /** Returns a GUID in lower case with dashes. */
  guid(): string;
  /** Returns random bytes of the quality of keys. */
  bytes(count: number): Uint8Array;
  /** Returns a random integer that is at least 0 and less than `below`. */
  number(below: number): number;
}

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** The values of a log line by name: `deviceId`, `operation`, `errorCode`, `reason`, `message` … */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>> & {
  readonly reason?: LogReason | undefined;
};

/** Writes one line of the log. */
export type Log = (level: LogLevel, event: LogEvent, fields: LogFields) => void;

/** Keeps the changes of a hub on a durable medium. The store does not pass its writes to it yet: answers only wait. */
export interface Journal {
  /** Returns undefined if all changes so far are kept, otherwise a promise that resolves when they are. */
  kept(): Promise<void> | undefined;
}

/** The ports of a hub. Without a journal its state is only in memory. */
export interface HubPorts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
  readonly journal?: Journal;
}

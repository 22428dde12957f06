import type { EmulatorOptions } from '../emulator/emulator.ts';

type Log = EmulatorOptions['log'];

/** One line of the hub's log. */
export interface LogLine {
  readonly level: Parameters<Log>[0];
  readonly event: string;
  readonly fields: Parameters<Log>[2];
}

/** A log that keeps its lines for a test to read. */
export function recordLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, log: (level, event, fields) => lines.push({ level, event, fields }) };
}

/** One line of the log of the hub. `docs/log.md` lists the events and reasons. */
export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly event: string;
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>;
}

type Log = (level: LogLine['level'], event: string, fields: LogLine['fields']) => void;

/** Creates a log that keeps its lines. */
export function recordLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, log: (level, event, fields) => lines.push({ level, event, fields }) };
}

import type { Writable } from 'node:stream';
import type { Log, LogFields, LogLevel } from './hub/ports.ts';
import { LOG_LEVELS } from './options.ts';

/** Writes log lines of `level` and more urgent ones: `time level event name=value …`, or one JSON object a line. */
export function createLog(
  output: Writable,
  settings: { readonly level: LogLevel; readonly isJson: boolean },
): Log {
  const threshold = LOG_LEVELS.indexOf(settings.level);
  return (level, event, fields) => {
    if (LOG_LEVELS.indexOf(level) > threshold) return;
    const time = new Date().toISOString();
    const line = settings.isJson
      ? JSON.stringify({ time, level, event, ...fields })
      : [time, level.padEnd(5), event, ...formatFields(fields)].join(' ');
    output.write(`${line}\n`);
  };
}

function formatFields(fields: LogFields): readonly string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(String(value))}`);
}

function formatValue(value: string): string {
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

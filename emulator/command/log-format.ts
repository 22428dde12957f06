import type { Writable } from 'node:stream';
import type { Log, LogFields, LogLevel } from '../hub/ports.ts';
import { createTextStyler } from './terminal-style.ts';

/** The levels of the log, the most urgent first. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const satisfies readonly LogLevel[];

const COLORS = { error: 'red', warn: 'yellow', info: 'green', debug: 'gray', trace: 'gray' } as const;

/** Writes the log lines of `level` and above as `time level event name=value …`, or as one JSON object a line. */
export function createLog(
  output: Writable,
  settings: { readonly level: LogLevel; readonly isJson: boolean },
): Log {
  const threshold = LOG_LEVELS.indexOf(settings.level);
  const style = createTextStyler(output);
  return (level, event, fields) => {
    if (LOG_LEVELS.indexOf(level) > threshold) return;
    const time = new Date().toISOString();
    const line = settings.isJson
      ? JSON.stringify({ time, level, event, ...fields })
      : [style('gray', time), style(COLORS[level], level.padEnd(5)), event, ...formatFields(fields)].join(
          ' ',
        );
    output.write(`${line}\n`);
  };
}

function formatFields(fields: LogFields): readonly string[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(String(value))}`);
}

// A client chooses its ids and properties. They must not end a line or control the terminal.
function formatValue(value: string): string {
  if (/^[^\s"=\p{C}]+$/u.test(value)) return value;
  return JSON.stringify(value).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

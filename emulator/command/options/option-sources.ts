import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { failed, ok, type Result } from '../../domain/result.ts';
import {
  flagOf,
  OPTION_TABLE,
  type OptionKey,
  type OptionRow,
  VARIABLE_PREFIX,
  variableOf,
} from './option-table.ts';

/** Where options come from; an argument beats the environment, the environment beats the file. */
export interface OptionSources {
  /** By key; a value that is repeated makes a list. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What was written for an option, as it was found. */
export interface Given {
  readonly value: unknown;
  /** Where it was written, for the problem if it cannot be used. */
  readonly origin: string;
  /** Where relative paths count from. */
  readonly folder: string;
}

/** What was written for each option, wherever it was. */
export function collectOptions(sources: OptionSources): Result<ReadonlyMap<OptionKey, Given>> {
  const written = new Map<OptionKey, Given>();
  for (const { key, kind } of OPTION_TABLE as readonly (OptionRow & { readonly key: OptionKey })[]) {
    const text = sources.environment[variableOf(key)];
    if (text !== undefined && text !== '') {
      const value = kind === 'texts' ? text.split(';') : text;
      written.set(key, { value, origin: variableOf(key), folder: '.' });
    }
    const value = sources.arguments[key];
    if (value !== undefined) written.set(key, { value, origin: flagOf(key), folder: '.' });
  }
  const path = written.get('config')?.value;
  const file = typeof path === 'string' ? readConfiguration(path) : ok([]);
  return file.ok ? ok(new Map([...file.value, ...written])) : file;
}

/** Variables that look like options and are none, most likely misspelt. */
export function unknownVariables(environment: OptionSources['environment']): readonly string[] {
  const known = new Set([...OPTION_TABLE.map(({ key }) => variableOf(key)), REDIRECT_VARIABLE]);
  return Object.keys(environment).filter((name) => name.startsWith(VARIABLE_PREFIX) && !known.has(name));
}

// What an outer `exec` tells its command's programs.
const REDIRECT_VARIABLE = `${VARIABLE_PREFIX}REDIRECT`;

function readConfiguration(path: string): Result<readonly (readonly [OptionKey, Given])[]> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed('ArgumentInvalid', `The configuration file ${path} cannot be read: ${reason}.`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return failed('ArgumentInvalid', `The configuration file ${path} must hold a JSON object.`);
  }
  const given: (readonly [OptionKey, Given])[] = [];
  for (const [key, value] of Object.entries(content)) {
    const row = OPTION_TABLE.find((known) => known.key === key);
    if (row === undefined || row.key === 'config')
      return failed('ArgumentInvalid', `The configuration file ${path} has the unknown key '${key}'.`);
    given.push([row.key, { value, origin: `'${key}' in ${path}`, folder: dirname(path) }]);
  }
  return ok(given);
}

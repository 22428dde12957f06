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

/** The sources of options. An argument overrides a variable, and a variable overrides the file. */
export interface OptionSources {
  /** The keys are those of the option table. A repeated option has an array of values. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The unparsed value of an option. */
export interface Given {
  readonly value: unknown;
  /** The source of the value, for error messages: an argument, a variable, or a key and its file. */
  readonly origin: string;
  /** The folder from which relative paths are resolved. */
  readonly folder: string;
}

/** Collects the unparsed values of all options. Fails if the configuration file is invalid. */
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

/** Returns the variables that have the prefix of options and name no option, probably by a spelling mistake. */
export function unknownVariables(environment: OptionSources['environment']): readonly string[] {
  const known = new Set([...OPTION_TABLE.map(({ key }) => variableOf(key)), REDIRECT_VARIABLE]);
  return Object.keys(environment).filter((name) => name.startsWith(VARIABLE_PREFIX) && !known.has(name));
}

// Set by an outer `exec` for the programs of its command.
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
    return failed('ArgumentInvalid', `The configuration file ${path} must contain a JSON object.`);
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

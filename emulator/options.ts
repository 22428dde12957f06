import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { defaultAuthorityDirectory } from './certificates/local-authority.ts';
import { type ClientIdentity, parseClientIdentity } from './domain/client-identity.ts';
import { type Policy, parsePermissions } from './domain/policy.ts';
import { failed, ok, type Result } from './domain/result.ts';
import { HUB_EVENT_SOURCES, type HubEventSource } from './hub/hub-event-sources.ts';
import type { LogLevel } from './hub/ports.ts';
import { DEFAULT_HUB_OPTIONS, policyOf } from './hub-defaults.ts';
import { flagOf, OPTION_TABLE, type OptionKey, type OptionRow, variableOf } from './option-table.ts';

/** What the command is told, read and checked. */
export interface Options {
  readonly host: string;
  readonly hostNames: readonly string[];
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly policies: readonly Policy[];
  /** Devices and modules to register at the start. */
  readonly clients: readonly ClientIdentity[];
  /** PEM texts. */
  readonly trustedAuthorities: readonly string[];
  readonly authorityDirectory: string;
  readonly tokenGraceSeconds: number;
  readonly partitionCount: number;
  readonly eventRetentionBytes: number;
  readonly eventSources: readonly HubEventSource[];
  readonly logLevel: LogLevel;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/** Where options come from; an argument beats the environment, the environment beats the file. */
export interface OptionSources {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The path given with `--config`. */
  readonly configurationFile: string | undefined;
}

/** What differs between `start` and `exec`. */
export interface OptionDefaults {
  readonly hostName: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly logLevel: LogLevel;
}

export const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug', 'trace'];
const MEBIBYTE = 1024 * 1024;

/** A value and where it was written, for the complaint if it cannot be used. */
interface Given {
  readonly value: string | number | boolean | readonly string[];
  readonly origin: string;
}

/** Reads all options, or says in one sentence which of them cannot be used and where it came from. */
export function parseOptions(sources: OptionSources, defaults: OptionDefaults): Result<Options> {
  const gathered = gather(sources);
  if (!gathered.ok) return gathered;
  const complaints: string[] = [];
  const read = reader(gathered.value, complaints);

  const options: Options = {
    host: read.text('host') ?? '127.0.0.1',
    hostNames: read.texts('hostName') ?? [defaults.hostName],
    httpsPort: read.number('httpsPort', 0, 65_535) ?? defaults.httpsPort,
    mqttPort: read.number('mqttPort', 0, 65_535) ?? defaults.mqttPort,
    policies: mergePolicies(read.each('policy', parsePolicy)),
    clients: [...read.each('device', parseDevice), ...read.each('module', parseModule)],
    trustedAuthorities: read.each('trustedCa', readPem),
    authorityDirectory:
      read.text('caDir') ?? defaultAuthorityDirectory(sources.environment, process.platform, homedir()),
    tokenGraceSeconds: read.number('tokenGrace', 0, 86_400 * 365) ?? DEFAULT_HUB_OPTIONS.tokenGraceSeconds,
    partitionCount: read.number('partitionCount', 1, 128) ?? DEFAULT_HUB_OPTIONS.partitionCount,
    eventRetentionBytes:
      (read.number('eventRetention', 1, 65_536) ?? DEFAULT_HUB_OPTIONS.eventRetentionBytes / MEBIBYTE) *
      MEBIBYTE,
    eventSources: read.each('eventSource', parseEventSource),
    logLevel: read.each('logLevel', parseLogLevel)[0] ?? defaults.logLevel,
    isJson: read.flag('json'),
    isQuiet: read.flag('quiet'),
  };
  return complaints[0] === undefined ? ok(options) : failed('ArgumentInvalid', complaints[0]);
}

function gather(sources: OptionSources): Result<ReadonlyMap<string, Given>> {
  const file = readConfiguration(sources.configurationFile);
  if (!file.ok) return file;
  const given = new Map<string, Given>(file.value);
  for (const row of OPTION_TABLE as readonly OptionRow[]) {
    const variable = variableOf(row.key);
    const text = sources.environment[variable];
    if (text !== undefined && text !== '') {
      given.set(row.key, { value: row.kind === 'texts' ? text.split(';') : text, origin: variable });
    }
    const argument = sources.arguments[row.key];
    if (argument !== undefined)
      given.set(row.key, { value: argument as Given['value'], origin: flagOf(row.key) });
  }
  return ok(given);
}

function readConfiguration(path: string | undefined): Result<Map<string, Given>> {
  const given = new Map<string, Given>();
  if (path === undefined) return ok(given);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed('ArgumentInvalid', `The configuration file ${path} cannot be read: ${reason}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return failed('ArgumentInvalid', `The configuration file ${path} must hold a JSON object.`);
  }
  for (const [key, value] of Object.entries(content)) {
    const row = (OPTION_TABLE as readonly OptionRow[]).find((known) => known.key === key);
    if (row === undefined)
      return failed('ArgumentInvalid', `The configuration file ${path} has the unknown key '${key}'.`);
    const isText = row.kind === 'texts' && typeof value === 'string';
    given.set(key, { value: isText ? [value] : (value as Given['value']), origin: `'${key}' in ${path}` });
  }
  return ok(given);
}

function reader(given: ReadonlyMap<string, Given>, complaints: string[]) {
  const complain = (key: OptionKey, demand: string): undefined => {
    const entry = given.get(key);
    complaints.push(`${entry?.origin} is ${JSON.stringify(entry?.value)}: ${demand}`);
  };
  const texts = (key: OptionKey): readonly string[] | undefined => {
    const value = given.get(key)?.value;
    if (value === undefined) return undefined;
    const list = typeof value === 'string' ? [value] : value;
    if (Array.isArray(list) && list.every((text) => typeof text === 'string' && text !== '')) return list;
    return complain(key, 'it must be a text, or a list of texts.');
  };
  return {
    texts,
    text: (key: OptionKey): string | undefined => {
      const value = given.get(key)?.value;
      if (value === undefined || (typeof value === 'string' && value !== '')) return value;
      return complain(key, 'it must be a text.');
    },
    number: (key: OptionKey, minimum: number, maximum: number): number | undefined => {
      const value = given.get(key)?.value;
      if (value === undefined) return undefined;
      const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= minimum && number <= maximum) {
        return number;
      }
      return complain(key, `it must be a whole number from ${minimum} to ${maximum}.`);
    },
    flag: (key: OptionKey): boolean => {
      const value = given.get(key)?.value;
      if (value === undefined || value === false || value === 'false' || value === '0') return false;
      if (value === true || value === 'true' || value === '1') return true;
      complain(key, 'it must be true or false.');
      return false;
    },
    each: <T>(key: OptionKey, parse: (text: string) => Result<T>): readonly T[] => {
      const values: T[] = [];
      for (const text of texts(key) ?? []) {
        const parsed = parse(text);
        if (parsed.ok) values.push(parsed.value);
        else complaints.push(`${given.get(key)?.origin} is ${JSON.stringify(text)}: ${parsed.error.message}`);
      }
      return values;
    },
  };
}

const POLICY = /^([^=\s]{1,64})=([A-Za-z,\s]+)(?::([A-Za-z0-9+/]+={0,2}))?$/;

function parsePolicy(text: string): Result<Policy> {
  const [, name, words = '', key] = POLICY.exec(text) ?? [];
  if (name === undefined) {
    return failed(
      'ArgumentInvalid',
      'it must be NAME=PERMISSION,PERMISSION or NAME=PERMISSION:KEY with a key in base64.',
    );
  }
  const permissions = parsePermissions(words);
  return permissions.ok ? ok(policyOf(name, permissions.value, key)) : permissions;
}

function mergePolicies(own: readonly Policy[]): readonly Policy[] {
  const policies = [...DEFAULT_HUB_OPTIONS.policies, ...own];
  return [...new Map(policies.map((policy) => [policy.name, policy])).values()];
}

function parseDevice(text: string): Result<ClientIdentity> {
  return parseClientIdentity(text);
}

function parseModule(text: string): Result<ClientIdentity> {
  const [deviceId = '', moduleId, ...rest] = text.split('/');
  if (moduleId === undefined || rest.length > 0)
    return failed('ArgumentInvalid', 'it must be DEVICE/MODULE.');
  return parseClientIdentity(deviceId, moduleId);
}

function readPem(path: string): Result<string> {
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return failed('ArgumentInvalid', error instanceof Error ? error.message : String(error));
  }
}

function parseEventSource(text: string): Result<HubEventSource> {
  const source = HUB_EVENT_SOURCES.find((known) => known === text);
  return source === undefined
    ? failed('ArgumentInvalid', `use ${HUB_EVENT_SOURCES.join(', ')}.`)
    : ok(source);
}

function parseLogLevel(text: string): Result<LogLevel> {
  const level = LOG_LEVELS.find((known) => known === text);
  return level === undefined ? failed('ArgumentInvalid', `use ${LOG_LEVELS.join(', ')}.`) : ok(level);
}

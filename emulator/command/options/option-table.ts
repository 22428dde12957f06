import { DEFAULT_HUB_OPTIONS, LOOPBACK, REDIRECTED_HOST_NAME } from '../../emulator-options.ts';
import { ENDPOINTS, portKeyOf } from '../../endpoints.ts';
import type { LogLevel } from '../../hub/ports.ts';

/** The kind of an option's value. `texts` can be repeated. */
export type OptionKind = 'text' | 'texts' | 'number' | 'flag';

/** The commands that run a hub. */
export type ServingCommand = 'start' | 'exec';

/** One option: an argument, an environment variable and a key of the configuration file, all named by its key. */
export interface OptionRow {
  readonly key: string;
  readonly kind: OptionKind;
  /** The name of the value in the help. A flag has none. */
  readonly placeholder?: string;
  readonly meaning: string;
  /** The default, as the help prints it. */
  readonly byDefault?: string;
  /** The only command that has the option. Default: both commands. */
  readonly command?: ServingCommand;
}

/** The bytes of the unit of `eventMemory`. */
export const MEBIBYTE = 1024 * 1024;

/** The default of `logLevel` for each command. */
export const DEFAULT_LOG_LEVELS: Readonly<Record<ServingCommand, LogLevel>> = { start: 'info', exec: 'warn' };

const DEFAULT_PORTS = ENDPOINTS.map(({ defaultPort }) => defaultPort).join(' and ');

const PORT_ROWS = ENDPOINTS.map(({ name, purpose, defaultPort }) => ({
  key: portKeyOf(name),
  kind: 'number' as const,
  placeholder: 'PORT',
  meaning: `the port ${purpose}; 0 chooses a free port`,
  byDefault: `${defaultPort}; for exec a free port`,
}));

/** Every option of `start` and `exec`. The help, the variables, the file keys and the documentation use this table. */
export const OPTION_TABLE = [
  {
    key: 'host',
    kind: 'text',
    placeholder: 'ADDRESS',
    meaning: 'the address to bind',
    byDefault: LOOPBACK,
  },
  {
    key: 'hostName',
    kind: 'texts',
    placeholder: 'NAME',
    meaning: 'the name of the hub; repeat it for aliases',
    byDefault: `the address; for exec on free ports ${REDIRECTED_HOST_NAME}`,
  },
  ...PORT_ROWS,
  {
    key: 'fixedPorts',
    kind: 'flag',
    meaning: `listen on the default ports of the SDKs, ${DEFAULT_PORTS}, for programs that cannot be redirected`,
    command: 'exec',
  },
  {
    key: 'policy',
    kind: 'texts',
    placeholder: 'NAME=PERMISSION,…[:KEY]',
    meaning: 'a shared access policy in addition to the five default ones, or in place of one; repeatable',
  },
  {
    key: 'device',
    kind: 'texts',
    placeholder: 'ID',
    meaning: 'a device to register at the start, with the same keys in every run; repeatable',
  },
  {
    key: 'module',
    kind: 'texts',
    placeholder: 'ID/MODULE',
    meaning: 'a module to register at the start, with its device; repeatable',
  },
  {
    key: 'trustedCa',
    kind: 'texts',
    placeholder: 'FILE',
    meaning:
      'a PEM file of a certificate authority for CA-signed clients, in addition to the local one; repeatable',
  },
  {
    key: 'caDir',
    kind: 'text',
    placeholder: 'DIR',
    meaning: 'the folder of the local certificate authority',
    byDefault: 'the user’s data folder',
  },
  {
    key: 'browserCertificates',
    kind: 'flag',
    meaning:
      'request a client certificate from browsers and Apple’s TLS library too; pages in Chromium then cannot open WebSockets',
  },
  {
    key: 'tokenGrace',
    kind: 'number',
    placeholder: 'SECONDS',
    meaning: 'how long a connection stays open after its token has expired',
    byDefault: String(DEFAULT_HUB_OPTIONS.tokenGraceSeconds),
  },
  {
    key: 'partitionCount',
    kind: 'number',
    placeholder: 'COUNT',
    meaning: 'the number of partitions of the event log',
    byDefault: String(DEFAULT_HUB_OPTIONS.partitionCount),
  },
  {
    key: 'eventRetention',
    kind: 'number',
    placeholder: 'SECONDS',
    meaning: 'how long events are kept',
    byDefault: String(DEFAULT_HUB_OPTIONS.eventRetentionMilliseconds / 1000),
  },
  {
    key: 'eventMemory',
    kind: 'number',
    placeholder: 'MIB',
    meaning: 'the memory for events; the oldest events are deleted beyond it',
    byDefault: String(DEFAULT_HUB_OPTIONS.eventRetentionBytes / MEBIBYTE),
  },
  {
    key: 'eventSource',
    kind: 'texts',
    placeholder: 'NAME',
    meaning:
      'twinChangeEvents, deviceLifecycleEvents or deviceConnectionStateEvents to add to the event log; repeatable',
  },
  {
    key: 'logLevel',
    kind: 'text',
    placeholder: 'LEVEL',
    meaning: 'the least urgent log lines to print: error, warn, info, debug or trace',
    byDefault: `${DEFAULT_LOG_LEVELS.start}; for exec ${DEFAULT_LOG_LEVELS.exec}`,
  },
  {
    key: 'json',
    kind: 'flag',
    meaning: 'log JSON lines; start first prints one JSON object with the content of its table',
  },
  { key: 'quiet', kind: 'flag', meaning: 'print errors only' },
  {
    key: 'config',
    kind: 'text',
    placeholder: 'FILE',
    meaning: 'a JSON file of these options; relative paths are resolved from its folder',
  },
] as const satisfies readonly OptionRow[];

export type OptionKey = (typeof OPTION_TABLE)[number]['key'];

/** Returns the argument of an option, for example `--https-port` for `httpsPort`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const VARIABLE_PREFIX = 'IOTHUB_EMULATOR_';

/** Returns the variable of an option, for example `IOTHUB_EMULATOR_HTTPS_PORT` for `httpsPort`. */
export function variableOf(key: string): string {
  return `${VARIABLE_PREFIX}${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

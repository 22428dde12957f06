/** How the text of an option is read. */
export type OptionKind = 'text' | 'texts' | 'port' | 'number' | 'flag' | 'level';

/** One option of the command: an argument, an environment variable and a key of the configuration file. */
export interface OptionRow {
  readonly key: string;
  readonly kind: OptionKind;
  /** What stands for the value in the help; a flag has none. */
  readonly placeholder?: string;
  readonly meaning: string;
  /** What holds where nobody says anything, as the help prints it. */
  readonly byDefault?: string;
}

/** Every option of `start` and `exec`. The command line, the environment, the file and the README are read from here. */
export const OPTION_TABLE = [
  {
    key: 'host',
    kind: 'text',
    placeholder: 'ADDRESS',
    meaning: 'the address to bind',
    byDefault: '127.0.0.1',
  },
  {
    key: 'hostName',
    kind: 'texts',
    placeholder: 'NAME',
    meaning: 'the name of the hub; repeat it for aliases',
    byDefault: '127.0.0.1, below exec hub1.iothub.test',
  },
  {
    key: 'httpsPort',
    kind: 'port',
    placeholder: 'PORT',
    meaning: 'for HTTPS and MQTT over WebSocket; 0 chooses a free one',
    byDefault: '443, below exec a free one',
  },
  {
    key: 'mqttPort',
    kind: 'port',
    placeholder: 'PORT',
    meaning: 'for MQTT; 0 chooses a free one',
    byDefault: '8883, below exec a free one',
  },
  {
    key: 'policy',
    kind: 'texts',
    placeholder: 'NAME=PERMISSION,…[:KEY]',
    meaning: 'a shared access policy beside the usual five, or instead of one; repeatable',
  },
  {
    key: 'device',
    kind: 'texts',
    placeholder: 'ID',
    meaning: 'a device to register at the start, its connection string is printed; repeatable',
  },
  {
    key: 'module',
    kind: 'texts',
    placeholder: 'ID/MODULE',
    meaning: 'a module to register at the start, and its device; repeatable',
  },
  {
    key: 'trustedCa',
    kind: 'texts',
    placeholder: 'FILE',
    meaning: 'a verified certificate authority for CA-signed devices (PEM); repeatable',
  },
  {
    key: 'caDir',
    kind: 'text',
    placeholder: 'DIR',
    meaning: 'where the emulator keeps its own certificate authority',
    byDefault: 'the user’s data folder',
  },
  {
    key: 'tokenGrace',
    kind: 'number',
    placeholder: 'SECONDS',
    meaning: 'how long a connection outlives its token',
    byDefault: '600',
  },
  {
    key: 'partitionCount',
    kind: 'number',
    placeholder: 'COUNT',
    meaning: 'partitions of the event log',
    byDefault: '4',
  },
  {
    key: 'eventRetention',
    kind: 'number',
    placeholder: 'MIB',
    meaning: 'memory for events; the oldest go first',
    byDefault: '64',
  },
  {
    key: 'eventSource',
    kind: 'texts',
    placeholder: 'NAME',
    meaning:
      'twinChangeEvents, deviceLifecycleEvents or deviceConnectionStateEvents into the event log; repeatable',
  },
  {
    key: 'logLevel',
    kind: 'level',
    placeholder: 'LEVEL',
    meaning: 'error, warn, info, debug or trace',
    byDefault: 'info, below exec warn',
  },
  { key: 'json', kind: 'flag', meaning: 'print one JSON object, then the log as JSON lines' },
  { key: 'quiet', kind: 'flag', meaning: 'print nothing but errors' },
] as const satisfies readonly OptionRow[];

export type OptionKey = (typeof OPTION_TABLE)[number]['key'];

/** `--https-port` for `httpsPort`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `IOTHUB_EMULATOR_HTTPS_PORT` for `httpsPort`; several values are separated by semicolons. */
export function variableOf(key: string): string {
  return `IOTHUB_EMULATOR_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** How the text of an option is read; `texts` may be given several times. */
export type OptionKind = 'text' | 'texts' | 'number' | 'flag';

/** The commands that run a hub. */
export type ServingCommand = 'start' | 'exec';

/** One option: an argument, an environment variable and a key of the configuration file, all named after its key. */
export interface OptionRow {
  readonly key: string;
  readonly kind: OptionKind;
  /** What stands for the value in the help; a flag has none. */
  readonly placeholder?: string;
  readonly meaning: string;
  /** What holds where nobody says anything, as the help prints it. */
  readonly byDefault?: string;
  /** The only command that has the option; both where it is left out. */
  readonly command?: ServingCommand;
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
    byDefault: 'the address; on the free ports of exec hub1.iothub.test',
  },
  {
    key: 'httpsPort',
    kind: 'number',
    placeholder: 'PORT',
    meaning: 'for HTTPS and MQTT over WebSocket; 0 chooses a free one',
    byDefault: '443; for exec a free one',
  },
  {
    key: 'mqttPort',
    kind: 'number',
    placeholder: 'PORT',
    meaning: 'for MQTT; 0 chooses a free one',
    byDefault: '8883; for exec a free one',
  },
  {
    key: 'fixedPorts',
    kind: 'flag',
    meaning:
      'listen on the ports that every SDK expects, 443 and 8883, for languages that cannot be redirected',
    command: 'exec',
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
    meaning: 'a device to register at the start, with keys that never change; repeatable',
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
    meaning: 'a verified certificate authority for CA-signed devices (PEM), beside the local one; repeatable',
  },
  {
    key: 'caDir',
    kind: 'text',
    placeholder: 'DIR',
    meaning: 'where the local certificate authority is kept',
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
    placeholder: 'SECONDS',
    meaning: 'how long events are kept',
    byDefault: '86400',
  },
  {
    key: 'eventMemory',
    kind: 'number',
    placeholder: 'MIB',
    meaning: 'memory for events; beyond it the oldest are forgotten',
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
    kind: 'text',
    placeholder: 'LEVEL',
    meaning: 'error, warn, info, debug or trace',
    byDefault: 'info; for exec warn',
  },
  {
    key: 'json',
    kind: 'flag',
    meaning: 'log in JSON lines; start prints one JSON object before them, with all that its table says',
  },
  { key: 'quiet', kind: 'flag', meaning: 'print nothing but errors' },
  {
    key: 'config',
    kind: 'text',
    placeholder: 'FILE',
    meaning: 'a JSON file of these options; relative paths in it count from its folder',
  },
] as const satisfies readonly OptionRow[];

export type OptionKey = (typeof OPTION_TABLE)[number]['key'];

/** `--https-port` for `httpsPort`. */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const VARIABLE_PREFIX = 'IOTHUB_EMULATOR_';

/** `IOTHUB_EMULATOR_HTTPS_PORT` for `httpsPort`; several values are separated by semicolons. */
export function variableOf(key: string): string {
  return `${VARIABLE_PREFIX}${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

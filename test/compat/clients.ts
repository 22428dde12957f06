/** What a client is tried with. The words after it are those of `docs/clients.md`. */
export const FEATURES = {
  telemetry: 'telemetry',
  webSocket: 'telemetry over WebSocket',
  https: 'telemetry over HTTPS',
  cloudToDevice: 'cloud-to-device messages',
  directMethod: 'direct methods',
  twin: 'twins',
  module: 'modules',
  identities: 'identities',
  bulk: 'bulk calls',
  query: 'queries',
  jobs: 'jobs',
  wildcardFilters: 'filters with `+`',
  allTopics: 'the filter `#`',
  equalFilters: 'a filter twice in one SUBSCRIBE',
  foreignWill: 'a will on a topic of its own',
  bridge: 'a bridge to the hub',
  textNumbers: 'numbers as text',
  looseJson: 'JSON with comments and unquoted names',
} as const;

export type Feature = keyof typeof FEATURES;

/** A program that uses one client, and how it is installed and run. */
export interface CompatProgram {
  readonly client: string;
  /** A program in `programs/`, or a test file that tries the client in its own way. */
  readonly file: string;
  /** `system`: the program uses commands that are looked for on PATH. */
  readonly installer: 'npm' | 'pip' | 'system';
}

/** A version of a client, and what is expected of it. A feature that neither works nor fails is not tried. */
export interface CompatClient {
  readonly program: CompatProgram;
  /** For commands the version that was tried. The installed one can be another. */
  readonly version: string;
  /** The packages to install, `name@version`, or the commands to find. */
  readonly packages: readonly string[];
  readonly works: readonly Feature[];
  /** Features that the emulator does not support yet, and why. A test fails as soon as one works. */
  readonly fails?: Readonly<Partial<Record<Feature, string>>>;
  /** What the version itself does not have. */
  readonly lacks?: string;
}

const NODE_DEVICE = program('`azure-iot-device` for Node', 'node-device.mjs', 'npm');
const NODE_SERVICE = program('`azure-iothub` for Node', 'node-service.mjs', 'npm');
const PYTHON_DEVICE = program('`azure-iot-device` for Python', 'python_device.py', 'pip');
const PYTHON_SERVICE = program('`azure-iot-hub` for Python', 'python_service.py', 'pip');
const MQTT_JS = program('`mqtt` for Node (MQTT.js)', 'mqtt-js.mjs', 'npm');
const PAHO = program('`paho-mqtt` for Python', 'paho_device.py', 'pip');

const DEVICE: readonly Feature[] = [
  'telemetry',
  'webSocket',
  'https',
  'cloudToDevice',
  'directMethod',
  'twin',
];
const SERVICE: readonly Feature[] = ['identities', 'bulk', 'twin', 'query', 'directMethod', 'jobs', 'module'];
const PYTHON: readonly Feature[] = [
  'telemetry',
  'webSocket',
  'cloudToDevice',
  'directMethod',
  'twin',
  'module',
];
const PYTHON_BACK_END: readonly Feature[] = ['identities', 'module', 'twin', 'query', 'directMethod'];
const RAW: readonly Feature[] = [
  'telemetry',
  'webSocket',
  'cloudToDevice',
  'directMethod',
  'twin',
  'foreignWill',
  'wildcardFilters',
  'allTopics',
  'equalFilters',
];

const NO_MODULES = 'modules';
/** Sending messages is the only call of the service SDKs that needs AMQP. */
const AMQP = { cloudToDevice: 'AMQP is not supported yet' } as const;

export const CLIENTS: readonly CompatClient[] = [
  {
    ...nodeDevice('1.0.15', '1.0.14', '1.0.14'),
    works: ['telemetry', 'https', 'cloudToDevice'],
    lacks: 'WebSocket, direct methods, twins, modules',
  },
  { ...nodeDevice('1.1.19', '1.1.17', '1.1.10'), works: DEVICE, lacks: NO_MODULES },
  { ...nodeDevice('1.4.3', '1.4.3', '1.3.2'), works: DEVICE, lacks: NO_MODULES },
  { ...nodeDevice('1.9.9', '1.9.9', '1.9.9'), works: [...DEVICE, 'module'] },
  { ...nodeDevice('1.12.2', '1.12.0', '1.12.0'), works: [...DEVICE, 'module'] },
  { ...nodeDevice('1.18.4', '1.16.4', '1.14.4'), works: [...DEVICE, 'module'] },
  {
    ...nodeService('1.0.18'),
    works: ['identities'],
    lacks: 'bulk calls, twins, queries, direct methods, jobs, modules',
  },
  { ...nodeService('1.3.2'), works: SERVICE.filter((feature) => feature !== 'module'), lacks: NO_MODULES },
  { ...nodeService('1.9.9'), works: SERVICE },
  { ...nodeService('1.12.5'), works: SERVICE },
  { ...nodeService('1.16.6'), works: SERVICE },
  ...['2.1.4', '2.4.0', '2.7.1', '2.10.0', '2.14.0'].map((version) => ({
    program: PYTHON_DEVICE,
    version,
    packages: [`azure-iot-device@${version}`],
    works: PYTHON,
  })),
  { ...pythonService('2.0.2'), works: PYTHON_BACK_END, lacks: 'jobs, cloud-to-device messages' },
  { ...pythonService('2.1.0'), works: PYTHON_BACK_END, fails: AMQP, lacks: 'jobs' },
  ...['2.2.3', '2.3.0', '2.4.0', '2.5.0', '2.6.1', '2.7.0'].map((version) => ({
    ...pythonService(version),
    works: [...PYTHON_BACK_END, 'jobs' as const],
    fails: AMQP,
  })),
  {
    program: MQTT_JS,
    version: '4.3.8',
    packages: ['mqtt@4.3.8'],
    works: RAW,
  },
  {
    program: MQTT_JS,
    version: '5.16.0',
    packages: ['mqtt@5.16.0'],
    works: RAW,
  },
  ...['1.6.1', '2.2.0'].map((version) => ({
    program: PAHO,
    version,
    packages: [`paho-mqtt@${version}`],
    works: RAW,
  })),
  {
    program: program('mosquitto, its broker and its commands', 'mosquitto.mjs', 'system'),
    version: '2.0.11',
    packages: ['mosquitto', 'mosquitto_pub', 'mosquitto_sub', 'mosquitto_rr'],
    works: ['telemetry', 'cloudToDevice', 'twin', 'foreignWill', 'wildcardFilters', 'allTopics', 'bridge'],
  },
  {
    program: program('curl, with the bodies of the Azure CLI', 'curl.mjs', 'system'),
    version: '7.88.1',
    packages: ['curl'],
    works: ['identities', 'twin', 'query', 'directMethod', 'textNumbers', 'looseJson'],
  },
  {
    program: program('Chromium, a page with MQTT.js', 'browser.test.ts', 'system'),
    version: '156',
    packages: ['chromium'],
    works: ['webSocket'],
  },
];

function program(client: string, file: string, installer: CompatProgram['installer']): CompatProgram {
  return { client, file, installer };
}

function nodeDevice(device: string, mqtt: string, http: string) {
  const packages = [
    `azure-iot-device@${device}`,
    `azure-iot-device-mqtt@${mqtt}`,
    `azure-iot-device-http@${http}`,
  ];
  return { program: NODE_DEVICE, version: device, packages };
}

function nodeService(version: string) {
  return { program: NODE_SERVICE, version, packages: [`azure-iothub@${version}`], fails: AMQP };
}

function pythonService(version: string) {
  return { program: PYTHON_SERVICE, version, packages: [`azure-iot-hub@${version}`] };
}

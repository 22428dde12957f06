/** A part of the sources, and everything that its files may import beside each other. */
export interface Room {
  readonly name: string;
  /** Folders or single files, relative to the root. A subfolder that is not named belongs to no room. */
  readonly paths: readonly string[];
  readonly what: string;
  /** The names of rooms that may be imported; `*` is every room. */
  readonly rooms: readonly string[];
  /** npm packages and `node:` modules that may be imported; `node:*` is every module of Node. */
  readonly packages: readonly string[];
}

/**
 * The allow-list of imports. A room may import itself and what its row names, also by `import type`, `export … from`,
 * `import()` and `require()`. A folder without a row may import nothing. `npm run check` enforces the table and
 * `emulator/README.md` prints it.
 */
export const ROOMS: readonly Room[] = [
  {
    name: 'domain',
    paths: ['emulator/domain'],
    what: 'What every service of IoT Hub shares: results, errors, JSON, time, operations. Pure.',
    rooms: [],
    packages: ['lossless-json'],
  },
  {
    name: 'domain/*',
    paths: [
      'emulator/domain/cloud-to-device',
      'emulator/domain/digital-twins',
      'emulator/domain/identities',
      'emulator/domain/jobs',
      'emulator/domain/messages',
      'emulator/domain/methods',
      'emulator/domain/twins',
    ],
    what: 'What IoT Hub is. Pure.',
    rooms: ['domain'],
    packages: [],
  },
  {
    name: 'query',
    paths: ['emulator/query/syntax', 'emulator/query/evaluation'],
    what: 'The query language. Pure.',
    rooms: ['domain'],
    packages: [],
  },
  {
    name: 'auth',
    paths: ['emulator/auth'],
    what: 'SAS tokens, thumbprints, certificate chains. Pure but for node:crypto.',
    rooms: ['domain'],
    packages: ['node:crypto'],
  },
  {
    name: 'store',
    paths: ['emulator/store'],
    what: 'The state of a hub.',
    rooms: ['domain', 'domain/*'],
    packages: [],
  },
  {
    name: 'hub',
    paths: [
      'emulator/hub',
      'emulator/hub/access',
      'emulator/hub/cloud-to-device',
      'emulator/hub/digital-twins',
      'emulator/hub/events',
      'emulator/hub/identities',
      'emulator/hub/jobs',
      'emulator/hub/methods',
      'emulator/hub/queries',
      'emulator/hub/sessions',
      'emulator/hub/twins',
    ],
    what: 'What IoT Hub does.',
    rooms: ['domain', 'domain/*', 'query', 'auth', 'store'],
    packages: [],
  },
  {
    name: 'mqtt',
    paths: ['emulator/mqtt/wire', 'emulator/mqtt/hub'],
    what: 'The device API over MQTT.',
    rooms: ['hub', 'domain', 'domain/*'],
    packages: ['node:*', 'aedes', 'mqtt-packet'],
  },
  {
    name: 'http/wire',
    paths: ['emulator/http/wire'],
    what: 'HTTPS without any service: routes, exchanges, bodies, errors.',
    rooms: ['domain'],
    packages: ['node:*', 'express'],
  },
  {
    name: 'http/hub',
    paths: [
      'emulator/http/hub',
      'emulator/http/hub/cloud-to-device',
      'emulator/http/hub/configurations',
      'emulator/http/hub/digital-twins',
      'emulator/http/hub/edge',
      'emulator/http/hub/events',
      'emulator/http/hub/files',
      'emulator/http/hub/identities',
      'emulator/http/hub/jobs',
      'emulator/http/hub/methods',
      'emulator/http/hub/queries',
      'emulator/http/hub/twins',
    ],
    what: 'The service API and the device API of a hub over HTTPS.',
    rooms: ['http/wire', 'hub', 'domain', 'domain/*'],
    packages: ['node:*'],
  },
  {
    name: 'clocks',
    paths: ['emulator/clocks'],
    what: 'Implementations of the ports for time, ids and randomness.',
    rooms: ['hub'],
    packages: ['node:crypto'],
  },
  {
    name: 'listen',
    paths: ['emulator/listen'],
    what: 'Sockets: TLS, HTTPS, WebSocket.',
    rooms: [],
    packages: ['node:*', 'ws'],
  },
  {
    name: 'certificates',
    paths: ['emulator/certificates'],
    what: 'The local certificate authority, server and client certificates.',
    rooms: [],
    packages: ['node:*', '@peculiar/x509'],
  },
  {
    name: 'redirect',
    paths: ['emulator/redirect'],
    what: 'What exec loads into a child program.',
    rooms: [],
    packages: ['node:*'],
  },
  {
    name: 'command',
    paths: [
      'emulator/cli.ts',
      'emulator/command',
      'emulator/command/certs',
      'emulator/command/exec',
      'emulator/command/options',
      'emulator/command/start',
    ],
    what: 'The command: options, start, exec, certs.',
    rooms: ['*'],
    packages: ['node:*', 'commander'],
  },
  {
    name: 'emulator',
    paths: ['emulator'],
    what: 'The composition root, its defaults and its ports.',
    rooms: ['*'],
    packages: ['node:*'],
  },
  {
    name: 'harness',
    paths: ['harness', 'harness/clients', 'harness/waits'],
    what: 'The test harness.',
    rooms: ['emulator', 'domain', 'domain/*', 'clocks'],
    packages: [
      'node:*',
      'azure-iothub',
      'azure-iot-device',
      'azure-iot-device-mqtt',
      'azure-iot-device-http',
    ],
  },
  {
    name: 'scenarios',
    paths: ['scenarios'],
    what: 'Programs as a user of the SDKs writes them.',
    rooms: [],
    packages: [
      'node:*',
      'azure-iothub',
      'azure-iot-common',
      'azure-iot-device',
      'azure-iot-device-mqtt',
      'azure-iot-device-http',
    ],
  },
];

/** The folders at the top whose files the allow-list covers. */
export const COVERED_FOLDERS: readonly string[] = ['emulator', 'harness', 'scenarios'];

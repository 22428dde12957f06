/** A part of the sources, and the rooms and packages that its files may import. */
export interface Room {
  readonly name: string;
  /** Folders or single files, relative to the root. A folder does not include its subfolders. */
  readonly paths: readonly string[];
  readonly what: string;
  /** The names of rooms that may be imported. `hub/*` is every room whose name begins with `hub/`. */
  readonly rooms: readonly string[];
  /** Single files of other rooms that may be imported. */
  readonly files?: readonly string[];
  /** npm packages and `node:` modules that may be imported; `node:*` is every module of Node. */
  readonly packages: readonly string[];
}

/** The files of the hub that a door may import. All others show the store or the inner parts of a capability. */
const HUB_FOR_DOORS: readonly string[] = [
  'emulator/hub/hub.ts',
  'emulator/hub/hub-of.ts',
  'emulator/hub/ports.ts',
  'emulator/hub/client-connection.ts',
  'emulator/hub/access/credentials.ts',
  'emulator/hub/sessions/client-session.ts',
  'emulator/hub/events/event-formats.ts',
  'emulator/hub/queries/paging.ts',
];

/**
 * The allow-list of imports. A room may import itself and the entries of its row. `import type`, `export … from`,
 * `import()` and `require()` count too. A folder without a row may import nothing. `npm run check` enforces the table and
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
    name: 'domain/binding',
    paths: ['emulator/domain/binding'],
    what: 'How IoT Hub binds the JSON of back ends. Pure.',
    rooms: ['domain'],
    packages: [],
  },
  {
    name: 'domain/*',
    paths: [
      'emulator/domain/access',
      'emulator/domain/cloud-to-device',
      'emulator/domain/digital-twins',
      'emulator/domain/identities',
      'emulator/domain/jobs',
      'emulator/domain/messages',
      'emulator/domain/methods',
      'emulator/domain/twins',
    ],
    what: 'What IoT Hub is. Pure.',
    rooms: ['domain', 'domain/binding'],
    packages: [],
  },
  {
    name: 'query/syntax',
    paths: ['emulator/query/syntax'],
    what: 'The grammar of the query language and its parser. Pure.',
    rooms: ['domain'],
    packages: [],
  },
  {
    name: 'query/evaluation',
    paths: ['emulator/query/evaluation'],
    what: 'Compiles parsed queries to functions over rows. Pure.',
    rooms: ['query/syntax', 'domain'],
    packages: [],
  },
  {
    name: 'auth',
    paths: ['emulator/auth'],
    what: 'SAS tokens, thumbprints, certificate chains. Pure, except for node:crypto.',
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
    paths: ['emulator/hub/hub.ts', 'emulator/hub/hub-of.ts'],
    what: 'The composition of a hub: one member per capability.',
    rooms: ['hub/*', 'auth', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/ports',
    paths: ['emulator/hub'],
    what: 'The ports of the hub, the connection to a client, and the activity feed.',
    rooms: ['domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/access',
    paths: ['emulator/hub/access'],
    what: 'Who may do what.',
    rooms: ['hub/ports', 'auth', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/sessions',
    paths: ['emulator/hub/sessions'],
    what: 'Connected clients. Knows no capability.',
    rooms: ['hub/ports', 'hub/access', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/twins',
    paths: ['emulator/hub/twins'],
    what: 'Device twins and module twins.',
    rooms: ['hub/ports', 'hub/sessions', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/identities',
    paths: ['emulator/hub/identities'],
    what: 'Device identities and module identities, keys, statistics.',
    rooms: ['hub/ports', 'hub/sessions', 'hub/twins', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/digital-twins',
    paths: ['emulator/hub/digital-twins'],
    what: 'The Plug and Play view of device twins.',
    rooms: ['hub/ports', 'hub/identities', 'hub/twins', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/methods',
    paths: ['emulator/hub/methods'],
    what: 'Direct methods.',
    rooms: ['hub/ports', 'hub/sessions', 'hub/identities', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/cloud-to-device',
    paths: ['emulator/hub/cloud-to-device'],
    what: 'Cloud-to-device messages and feedback.',
    rooms: ['hub/ports', 'hub/sessions', 'hub/identities', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/events',
    paths: ['emulator/hub/events'],
    what: 'Device-to-cloud events.',
    rooms: ['hub/ports', 'hub/access', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/queries',
    paths: ['emulator/hub/queries'],
    what: 'Queries over twins and jobs.',
    rooms: ['hub/ports', 'query/*', 'domain', 'domain/*', 'store'],
    packages: [],
  },
  {
    name: 'hub/jobs',
    paths: ['emulator/hub/jobs'],
    what: 'Scheduled jobs.',
    rooms: [
      'hub/ports',
      'hub/sessions',
      'hub/twins',
      'hub/methods',
      'hub/queries',
      'query/*',
      'domain',
      'domain/*',
      'store',
    ],
    packages: [],
  },
  {
    name: 'mqtt/wire',
    paths: ['emulator/mqtt/wire', 'emulator/mqtt/wire/broker', 'emulator/mqtt/wire/packets'],
    what: 'MQTT 3.1.1 on a connected stream. Knows no service.',
    rooms: [],
    packages: ['node:*', 'aedes'],
  },
  {
    name: 'mqtt/hub',
    paths: [
      'emulator/mqtt/hub',
      'emulator/mqtt/hub/access',
      'emulator/mqtt/hub/cloud-to-device',
      'emulator/mqtt/hub/events',
      'emulator/mqtt/hub/sessions',
      'emulator/mqtt/hub/twins',
    ],
    what: 'The device API over MQTT.',
    rooms: ['mqtt/wire', 'domain', 'domain/*'],
    files: HUB_FOR_DOORS,
    packages: ['node:*'],
  },
  {
    name: 'http/wire',
    paths: ['emulator/http/wire'],
    what: 'HTTPS without any service: routes, exchanges, bodies, errors.',
    rooms: ['domain', 'domain/binding'],
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
    rooms: ['http/wire', 'domain', 'domain/*'],
    files: HUB_FOR_DOORS,
    packages: ['node:*'],
  },
  {
    name: 'clocks',
    paths: ['emulator/clocks'],
    what: 'Implementations of the ports for time, ids and randomness.',
    rooms: ['hub/ports'],
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
    what: 'The code that exec loads into a child program.',
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
    rooms: [
      'emulator',
      'endpoints',
      'hub',
      'hub/ports',
      'auth',
      'domain',
      'domain/*',
      'listen',
      'certificates',
      'redirect',
    ],
    packages: ['node:*', 'commander'],
  },
  {
    name: 'endpoints',
    paths: ['emulator/endpoints.ts'],
    what: 'The table of listeners. It names doors and imports none.',
    rooms: [],
    packages: [],
  },
  {
    name: 'emulator',
    paths: ['emulator'],
    what: 'The composition root, its defaults and its listeners.',
    rooms: [
      'endpoints',
      'mqtt/hub',
      'http/hub',
      'hub',
      'hub/ports',
      'domain',
      'domain/*',
      'clocks',
      'listen',
      'certificates',
    ],
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
    what: 'Programs that a user of the SDKs could write.',
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

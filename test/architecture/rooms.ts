/** A folder (or one file) of the sources, and everything that its files may import beside each other. */
export interface Room {
  /** Relative to the root. A subfolder is a room of its own. */
  readonly path: string;
  readonly what: string;
  /** Rooms that may be imported; `a/**` is `a` and all rooms below it. */
  readonly rooms: readonly string[];
  /** npm packages and `node:` modules that may be imported; `node:*` is every module of Node. */
  readonly packages: readonly string[];
}

const EVERYTHING = { rooms: ['emulator/**'], packages: ['node:*', 'commander'] };

/**
 * The allow-list of imports. A room may import itself and what its row names, also by `import type`, `export … from`,
 * `import()` and `require()`. A folder without a row may import nothing. `npm run check` enforces the table and
 * `emulator/README.md` prints it.
 */
export const ROOMS: readonly Room[] = [
  { path: 'emulator/domain', what: 'What IoT Hub is. Pure.', rooms: [], packages: ['lossless-json'] },
  { path: 'emulator/query', what: 'The query language. Pure.', rooms: ['emulator/domain'], packages: [] },
  {
    path: 'emulator/auth',
    what: 'SAS tokens, thumbprints, certificate chains. Pure but for node:crypto.',
    rooms: ['emulator/domain'],
    packages: ['node:crypto'],
  },
  { path: 'emulator/store', what: 'The state of a hub.', rooms: ['emulator/domain'], packages: [] },
  {
    path: 'emulator/hub',
    what: 'What IoT Hub does.',
    rooms: ['emulator/domain', 'emulator/query', 'emulator/auth', 'emulator/store'],
    packages: [],
  },
  {
    path: 'emulator/mqtt',
    what: 'The device API over MQTT.',
    rooms: ['emulator/hub', 'emulator/domain'],
    packages: ['node:*', 'aedes', 'mqtt-packet'],
  },
  {
    path: 'emulator/http',
    what: 'The service API and the device API over HTTPS.',
    rooms: ['emulator/hub', 'emulator/domain'],
    packages: ['node:*', 'express'],
  },
  { path: 'emulator/listen', what: 'Sockets: TLS, HTTPS, WebSocket.', rooms: [], packages: ['node:*', 'ws'] },
  {
    path: 'emulator/certificates',
    what: 'The local certificate authority, server and client certificates.',
    rooms: [],
    packages: ['node:*', '@peculiar/x509'],
  },
  {
    path: 'emulator/redirect',
    what: 'What exec loads into a child program.',
    rooms: [],
    packages: ['node:*'],
  },
  { path: 'emulator/command', what: 'The command: options, start, exec, certs.', ...EVERYTHING },
  { path: 'emulator/cli.ts', what: 'The entry of the command.', ...EVERYTHING },
  {
    path: 'emulator',
    what: 'The composition root, its defaults and its ports.',
    rooms: ['emulator/**'],
    packages: ['node:*'],
  },
  {
    path: 'harness',
    what: 'The test harness.',
    rooms: ['emulator', 'emulator/domain'],
    packages: [
      'node:*',
      'azure-iothub',
      'azure-iot-device',
      'azure-iot-device-mqtt',
      'azure-iot-device-http',
    ],
  },
  {
    path: 'scenarios',
    what: 'Programs that a user of the SDKs writes.',
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

import { type Emulator, WEBSOCKET_PATH } from './emulator.ts';
import { type ConnectionStrings, connectionStringsOf } from './local-emulator.ts';
import type { Options } from './options.ts';
import { packageVersion } from './package-version.ts';

/** All that a user, or a program that reads `--json`, wants to know of a running emulator. */
export interface StartReport {
  readonly version: string;
  readonly hostNames: readonly string[];
  readonly host: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly addresses: { readonly https: string; readonly webSocket: string; readonly mqtt: string };
  readonly connectionStrings: ConnectionStrings;
  /** The PEM file that clients must trust. */
  readonly caFile: string;
  readonly readyMilliseconds: number;
}

export function reportOf(
  options: Options,
  emulator: Emulator,
  caFile: string,
  readyMilliseconds: number,
): StartReport {
  const { host, httpsPort, mqttPort } = emulator;
  return {
    version: packageVersion(),
    hostNames: options.hostNames,
    host,
    httpsPort,
    mqttPort,
    addresses: {
      https: `https://${host}:${httpsPort}`,
      webSocket: `wss://${host}:${httpsPort}${WEBSOCKET_PATH}`,
      mqtt: `mqtts://${host}:${mqttPort}`,
    },
    connectionStrings: connectionStringsOf(options),
    caFile,
    readyMilliseconds,
  };
}

/** The table that `start` prints; its last line begins with `Ready`, for whoever waits for it. */
export function formatReport(report: StartReport): string {
  const { addresses, connectionStrings, caFile } = report;
  const { policies, devices, modules } = connectionStrings;
  const clients = Object.entries({ ...devices, ...modules });
  const sections = [
    section(`iothub-emulator ${report.version}`, [
      ['HTTPS', addresses.https],
      ['WebSocket', addresses.webSocket],
      ['MQTT', addresses.mqtt],
    ]),
    section('Connection strings of back ends', Object.entries(policies)),
    ...(clients.length === 0 ? [] : [section('Connection strings of devices and modules', clients)]),
    section('Trust', trustLines(caFile)),
    ...(report.httpsPort === 443 && report.mqttPort === 8883
      ? []
      : [section('Other ports', portLines(report))]),
  ];
  return `${sections.join('\n')}\nReady in ${report.readyMilliseconds} ms\n`;
}

function trustLines(caFile: string): readonly (readonly [string, string])[] {
  const quoted = /^[\w./-]+$/.test(caFile) ? caFile : `'${caFile.replaceAll("'", "'\\''")}'`;
  const store = '/tmp/iothub-emulator.p12';
  return [
    ['Node', `export NODE_EXTRA_CA_CERTS=${quoted}`],
    ['Python', `export SSL_CERT_FILE=${quoted} REQUESTS_CA_BUNDLE=${quoted}`],
    [
      'Java',
      `keytool -importcert -noprompt -alias iothub -storepass changeit -keystore ${store} -file ${quoted} && ` +
        `export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=${store} -Djavax.net.ssl.trustStorePassword=changeit"`,
    ],
    ['.NET', `export SSL_CERT_FILE=${quoted}`],
  ];
}

// The SDKs know one port each; these are the ways in which some can be told another.
function portLines({ httpsPort, mqttPort }: StartReport): readonly (readonly [string, string])[] {
  return [
    ['any Node or Python', 'iothub-emulator exec -- COMMAND, which needs no port at all'],
    [
      'Node, MQTT',
      `HostName=localhost:${mqttPort} or ;GatewayHostName=localhost:${mqttPort} in the connection string`,
    ],
    ['Python, REST', `HostName=localhost:${httpsPort} in the connection string`],
  ];
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [title, ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), ''].join('\n');
}

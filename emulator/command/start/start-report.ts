import type { Emulator } from '../../emulator.ts';
import {
  ENDPOINTS,
  type Endpoint,
  type EndpointName,
  mapPorts,
  type Ports,
  portKeyOf,
} from '../../endpoints.ts';
import { type ConnectionStrings, connectionStringsOf } from '../local-emulator.ts';
import type { Options } from '../options/options.ts';
import { packageVersion } from '../package-version.ts';
import type { TextStyler } from '../terminal-style.ts';
import { trustLinesOf } from './trust-lines.ts';

/** The report of `start` on a running emulator, printed as a table or as JSON. */
export interface StartReport extends Ports {
  readonly version: string;
  readonly hostNames: readonly string[];
  readonly host: string;
  /** URLs by the names of endpoints. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly connectionStrings: ConnectionStrings;
  /** The PEM file that clients must trust. */
  readonly caFile: string;
  /** The time since the start of the process. */
  readonly readyMilliseconds: number;
}

type Row = readonly [name: string, value: string];

/** Returns the report of a running emulator. */
export function reportOf(
  options: Options,
  emulator: Emulator,
  caFile: string,
  readyMilliseconds: number,
): StartReport {
  const { host } = emulator;
  return {
    version: packageVersion(),
    hostNames: options.hostNames,
    host,
    ...mapPorts(({ name }) => emulator[portKeyOf(name)]),
    addresses: Object.fromEntries(addressesOf(emulator).map(({ name, url }) => [name, url])),
    connectionStrings: connectionStringsOf(options),
    caFile,
    readyMilliseconds,
  };
}

/** Formats the table that `start` prints. The last line is `Ready in N ms`, which programs wait for. */
export function formatReport(report: StartReport, style: TextStyler): string {
  const { connectionStrings, caFile } = report;
  const { policies, devices, modules } = connectionStrings;
  const sections: readonly (readonly [title: string, rows: readonly Row[]])[] = [
    [`iothub-emulator ${report.version}`, addressesOf(report).map(({ title, url }) => [title, url])],
    ['Connection strings of the service', Object.entries(policies)],
    ['Connection strings of devices and modules', Object.entries({ ...devices, ...modules })],
    ['Trust', [['CA file', caFile], ...trustLinesOf(caFile, process.platform)]],
    ['Clients on these ports', portRows(report)],
  ];
  const tables = sections
    .filter(([, rows]) => rows.length > 0)
    .map(([title, rows]) => formatSection(title, rows, style));
  const ready = style(['bold', 'green'], `Ready in ${report.readyMilliseconds} ms`);
  return `${tables.join('\n')}\n${ready}\n`;
}

/** The URLs of all endpoints and of their WebSockets, in the order of the table. */
function addressesOf(
  source: Ports & { readonly host: string },
): readonly { readonly name: string; readonly title: string; readonly url: string }[] {
  const host = source.host.includes(':') ? `[${source.host}]` : source.host;
  return (ENDPOINTS as readonly (Endpoint & { readonly name: EndpointName })[]).flatMap(
    ({ name, title, scheme, webSockets }) => {
      const address = `${host}:${source[portKeyOf(name)]}`;
      const urls = webSockets.map((row) => ({ ...row, url: `wss://${address}${row.path}` }));
      return [{ name, title, url: `${scheme}://${address}` }, ...urls];
    },
  );
}

const DEFAULT_PORTS = mapPorts(({ defaultPort }) => defaultPort);

// Each SDK uses a fixed port. These are the ways to give some of them another port.
function portRows({ httpsPort, mqttPort }: StartReport): readonly Row[] {
  const rows: Row[] = [];
  if (mqttPort !== DEFAULT_PORTS.mqttPort)
    rows.push([
      'Node devices, MQTT',
      `HostName=localhost:${mqttPort}, or append ;GatewayHostName=localhost:${mqttPort} to the connection string`,
    ]);
  if (httpsPort !== DEFAULT_PORTS.httpsPort)
    rows.push(['Python services, REST', `HostName=localhost:${httpsPort}`]);
  if (rows.length > 0)
    rows.push([
      'all others',
      'support no other port: run Node and Python programs with iothub-emulator exec -- COMMAND',
    ]);
  return rows;
}

function formatSection(title: string, rows: readonly Row[], style: TextStyler): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${style('cyan', name.padEnd(width))}  ${value}`);
  return [style('bold', title), ...lines, ''].join('\n');
}

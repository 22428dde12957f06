import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { defaultAuthorityDirectory } from '../../certificates/local-authority.ts';
import type { Policy } from '../../domain/access/policy.ts';
import type { ClientIdentity } from '../../domain/identities/client-identity.ts';
import type { HubEventSource } from '../../domain/messages/hub-event-sources.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { DEFAULT_HUB_OPTIONS, LOOPBACK, REDIRECTED_HOST_NAME } from '../../emulator-options.ts';
import { ENDPOINTS, mapPorts, type Ports, portKeyOf } from '../../endpoints.ts';
import type { LogLevel } from '../../hub/ports.ts';
import { LOG_LEVELS } from '../log-format.ts';
import { OptionReader } from './option-reader.ts';
import { collectOptions, type OptionSources, unknownVariables } from './option-sources.ts';
import { DEFAULT_LOG_LEVELS, flagOf, MEBIBYTE, type ServingCommand } from './option-table.ts';
import {
  parseDevice,
  parseEventSource,
  parseHostName,
  parseModule,
  parsePath,
  parsePolicy,
  parseWord,
  readAuthorities,
} from './option-values.ts';

/** The parsed options of the command. */
export interface Options extends Ports {
  readonly command: ServingCommand;
  readonly host: string;
  readonly hostNames: readonly string[];
  readonly hasFixedPorts: boolean;
  readonly policies: readonly Policy[];
  /** Devices and modules to register at the start. */
  readonly clients: readonly ClientIdentity[];
  /** The certificate authorities as PEM texts. */
  readonly trustedAuthorities: readonly string[];
  /** Undefined if the user has no home folder and names no folder. */
  readonly authorityDirectory: string | undefined;
  readonly requestsBrowserCertificates: boolean;
  readonly tokenGraceSeconds: number;
  readonly partitionCount: number;
  readonly eventRetentionMilliseconds: number;
  readonly eventRetentionBytes: number;
  readonly eventSources: readonly HubEventSource[];
  readonly logLevel: LogLevel;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** The variables that have the prefix of options and name no option. */
  readonly unknownVariables: readonly string[];
}

const MONTH_SECONDS = 30 * 24 * 60 * 60;

/** Parses all options. Fails with one sentence that names the invalid value and its source. */
export function parseOptions(command: ServingCommand, sources: OptionSources): Result<Options> {
  const written = collectOptions(sources);
  if (!written.ok) return written;
  const read = new OptionReader(written.value);
  const hasFixedPorts = command === 'exec' && read.flag('fixedPorts');
  const hasFreePorts = command === 'exec' && !hasFixedPorts;
  const hostNames = read.each('hostName', parseHostName);
  const host = read.one('host', parseHostName) ?? LOOPBACK;
  const defaultHostName = hasFreePorts ? REDIRECTED_HOST_NAME : hostNameAt(host);

  const options: Options = {
    command,
    host,
    hostNames: hostNames.length > 0 ? hostNames : [defaultHostName],
    ...mapPorts(
      ({ name, defaultPort }) => read.number(portKeyOf(name), 0, 65_535) ?? (hasFreePorts ? 0 : defaultPort),
    ),
    hasFixedPorts,
    ...readHubOptions(read),
    clients: [...read.each('device', parseDevice), ...read.each('module', parseModule)],
    authorityDirectory: read.one('caDir', parsePath) ?? findAuthorityDirectory(sources.environment),
    requestsBrowserCertificates: read.flag('browserCertificates'),
    logLevel: read.one('logLevel', (text) => parseWord(text, LOG_LEVELS)) ?? DEFAULT_LOG_LEVELS[command],
    isJson: read.flag('json'),
    isQuiet: read.flag('quiet'),
    unknownVariables: unknownVariables(sources.environment),
  };
  const [problem = findPortProblem(options)] = read.problems;
  return problem === undefined ? ok(options) : failed('ArgumentInvalid', problem);
}

/** Returns a name by which clients on this machine reach a hub that is bound to an address. */
function hostNameAt(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  // The SDKs do not put brackets around an IPv6 address in URLs.
  return isIPv6(host) ? 'localhost' : host;
}

function readHubOptions(read: OptionReader) {
  const { tokenGraceSeconds, partitionCount, eventRetentionMilliseconds, eventRetentionBytes } =
    DEFAULT_HUB_OPTIONS;
  const retentionSeconds = read.number('eventRetention', 1, MONTH_SECONDS);
  const mebibytes = read.number('eventMemory', 1, 65_536);
  return {
    policies: mergePolicies(read.each('policy', parsePolicy)),
    trustedAuthorities: read.each('trustedCa', readAuthorities),
    tokenGraceSeconds: read.number('tokenGrace', 0, MONTH_SECONDS) ?? tokenGraceSeconds,
    partitionCount: read.number('partitionCount', 1, 128) ?? partitionCount,
    eventRetentionMilliseconds:
      retentionSeconds === undefined ? eventRetentionMilliseconds : retentionSeconds * 1000,
    eventRetentionBytes: mebibytes === undefined ? eventRetentionBytes : mebibytes * MEBIBYTE,
    eventSources: read.each('eventSource', parseEventSource),
  };
}

function mergePolicies(own: readonly Policy[]): readonly Policy[] {
  const policies = [...DEFAULT_HUB_OPTIONS.policies, ...own];
  return [...new Map(policies.map((policy) => [policy.name, policy])).values()];
}

function findAuthorityDirectory(environment: OptionSources['environment']): string | undefined {
  try {
    return defaultAuthorityDirectory(environment, process.platform, homedir());
  } catch {
    // The user id is unknown to the system, for example in a container.
    return undefined;
  }
}

function findPortProblem(options: Options): string | undefined {
  const keys = ENDPOINTS.map(({ name }) => portKeyOf(name));
  for (const [index, key] of keys.entries()) {
    const port = options[key];
    const same = keys.slice(index + 1).find((other) => port !== 0 && options[other] === port);
    if (same === undefined) continue;
    return `${flagOf(key)} and ${flagOf(same)} are both ${port}: expected different ports.`;
  }
  return undefined;
}

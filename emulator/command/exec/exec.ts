import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAuthorityCertificate } from '../../certificates/local-authority.ts';
import type { Emulator } from '../../emulator.ts';
import { ENDPOINTS, endpointNamesOf, portKeyOf } from '../../endpoints.ts';
import { redirectEnvironment } from '../../redirect/environment.ts';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';
import {
  type ConnectionStrings,
  connectionStringsOf,
  logMissingRsa,
  startLocalEmulator,
} from '../local-emulator.ts';
import { createLog } from '../log-format.ts';
import type { Options } from '../options/options.ts';
import { type ChildExitStatus, runCommand } from './exec-command.ts';

/** Runs a command with its own hub. Returns the exit code of the command. */
export async function exec(options: Options, command: readonly [string, ...string[]]): Promise<ExitStatus> {
  const { isJson, isQuiet, authorityDirectory } = options;
  const log = createLog(process.stderr, { level: isQuiet ? 'error' : options.logLevel, isJson });
  // The hub's authority is in memory, so it needs no folder. Certificates that `certs` has created are trusted too.
  const local =
    authorityDirectory === undefined ? undefined : await findAuthorityCertificate(authorityDirectory);
  const started = await startLocalEmulator(options, log, { trusted: local === undefined ? [] : [local] });
  if (!started.ok) return { code: EXIT_CODES.usage, message: started.error.message };
  await using emulator = started.value;
  // Clients that need RSA are rare, and the command starts at once.
  void emulator.addRsaCertificate().catch((error) => logMissingRsa(log, error));
  const status = await runRedirected(options, emulator, command);
  if (status.message !== undefined) return status;
  const line = summarize(options, emulator, command, status);
  if (line !== undefined) console.error(`iothub-emulator: ${line}`);
  return status;
}

async function runRedirected(
  options: Options,
  emulator: Emulator,
  command: readonly [string, ...string[]],
): Promise<ChildExitStatus> {
  const directory = await mkdtemp(join(tmpdir(), 'iothub-emulator-exec-'));
  try {
    const authorityPath = join(directory, 'ca.pem');
    await writeFile(authorityPath, emulator.authorityPem);
    using redirect = redirectEnvironment({
      baseEnvironment: withConnectionStrings(process.env, connectionStringsOf(options)),
      // A hub that is bound to every address is also reached at this one.
      address: ['0.0.0.0', '::'].includes(options.host) ? '127.0.0.1' : options.host,
      names: endpointNamesOf(options.hostNames),
      ports: Object.fromEntries(
        ENDPOINTS.map(({ name, defaultPort }) => [defaultPort, emulator[portKeyOf(name)]]),
      ),
      authorityPath,
      directory,
    });
    return await runCommand(command, redirect.environment);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function withConnectionStrings(
  environment: NodeJS.ProcessEnv,
  { policies, devices, modules }: ConnectionStrings,
): NodeJS.ProcessEnv {
  return {
    ...environment,
    IOTHUB_CONNECTION_STRING: policies['iothubowner'],
    // Undefined removes an inherited variable, which could name another hub, even a live one.
    IOTHUB_DEVICE_CONNECTION_STRING: Object.values(devices)[0],
    IOTHUB_MODULE_CONNECTION_STRING: Object.values(modules)[0],
  };
}

function summarize(
  options: Options,
  emulator: Emulator,
  command: readonly string[],
  { code, signal }: ChildExitStatus,
): string | undefined {
  const { requests, clientConnections, brokenConnections } = emulator.traffic();
  const text = `'${shorten(command.join(' '))}'`;
  if (requests + clientConnections > 0) {
    return options.isQuiet
      ? undefined
      : `${text} ended with code ${code} after ${count(requests, 'request')} and ${count(clientConnections, 'client connection')}.`;
  }
  // The command was stopped, so it may not have had the time to connect.
  if (signal !== undefined) return undefined;
  return `${text} did not reach the hub ${options.hostNames[0]}. ${likelyCauses(options, brokenConnections)}`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

function likelyCauses({ hasFixedPorts }: Options, brokenConnections: number): string {
  if (brokenConnections > 0) {
    return `${count(brokenConnections, 'connection')} failed in the TLS handshake: the program uses its own list of trusted certificates.`;
  }
  const language = hasFixedPorts
    ? ''
    : ', it is neither a Node nor a Python program (then use --fixed-ports)';
  return `Likely causes: the program does not use the connection string of IOTHUB_CONNECTION_STRING (then give the host name of its own with --host-name)${language}, or it clears the environment of its children.`;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAuthorityCertificate } from '../../certificates/local-authority.ts';
import type { Emulator } from '../../emulator.ts';
import { redirectEnvironment } from '../../redirect/environment.ts';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';
import { type ConnectionStrings, connectionStringsOf, startLocalEmulator } from '../local-emulator.ts';
import { createLog } from '../log-format.ts';
import type { Options } from '../options/options.ts';
import { type ChildExitStatus, runCommand } from './exec-command.ts';

/** Runs a command with a hub around it; the exit code is the command's own. */
export async function exec(options: Options, command: readonly [string, ...string[]]): Promise<ExitStatus> {
  const { isJson, isQuiet, authorityDirectory } = options;
  const log = createLog(process.stderr, { level: isQuiet ? 'error' : options.logLevel, isJson });
  // The hub's own CA lives in memory, so that no folder of the user is needed; certificates made by `certs` count too.
  const local =
    authorityDirectory === undefined ? undefined : await findAuthorityCertificate(authorityDirectory);
  const started = await startLocalEmulator(options, log, { trusted: local === undefined ? [] : [local] });
  if (!started.ok) return { code: EXIT_CODES.usage, message: started.error.message };
  await using emulator = started.value;
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
      // Bound to every address, the hub is on this one too.
      address: ['0.0.0.0', '::'].includes(options.host) ? '127.0.0.1' : options.host,
      names: options.hostNames,
      ports: { 443: emulator.httpsPort, 8883: emulator.mqttPort },
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
    // Undefined where there is none: one from outside would lead to another hub, perhaps a real one.
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
  // Somebody stopped it before it had its time.
  if (signal !== undefined) return undefined;
  return `${text} never reached the hub ${options.hostNames[0]}. ${likelyCauses(options, brokenConnections)}`;
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
    return `${count(brokenConnections, 'connection')} broke in the TLS handshake: the program brings its own list of trusted certificates.`;
  }
  const language = hasFixedPorts
    ? ''
    : ', it is neither a Node nor a Python program (then use --fixed-ports)';
  return `Likely causes: it takes its connection string from somewhere else than IOTHUB_CONNECTION_STRING (then name that string's host with --host-name)${language}, or it clears the environment of its children.`;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Emulator } from './emulator.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { type ConnectionStrings, connectionStringsOf, startLocalEmulator } from './local-emulator.ts';
import { createLog } from './log-format.ts';
import type { Options } from './options.ts';
import { redirectEnvironment } from './redirect/environment.ts';

/** Runs a command with a hub around it; the answer is the command's exit code. */
export async function exec(options: Options, command: readonly string[]): Promise<number> {
  const log = createLog(process.stderr, {
    level: options.isQuiet ? 'error' : options.logLevel,
    isJson: options.isJson,
  });
  const emulator = await startLocalEmulator(options, log, undefined);
  const folder = await mkdtemp(join(tmpdir(), 'iothub-emulator-ca-'));
  try {
    const authorityPath = join(folder, 'ca.pem');
    await writeFile(authorityPath, emulator.authorityPem);
    using redirect = redirectEnvironment({
      baseEnvironment: process.env,
      // Bound to every address, the hub is on this one too.
      address: options.host === '0.0.0.0' ? '127.0.0.1' : options.host,
      names: options.hostNames,
      ports: { 443: emulator.httpsPort, 8883: emulator.mqttPort },
      authorityPath,
    });
    const environment = { ...redirect.environment, ...connectionVariables(connectionStringsOf(options)) };
    const code = await run(command, environment);
    if (code !== EXIT_CODES.commandNotFound) summarize(options, emulator, command, code);
    return code;
  } finally {
    await emulator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

function connectionVariables({ policies, devices, modules }: ConnectionStrings): Record<string, string> {
  const [device] = Object.values(devices);
  const [module] = Object.values(modules);
  return {
    IOTHUB_CONNECTION_STRING: policies['iothubowner'] ?? '',
    ...(device === undefined ? {} : { IOTHUB_DEVICE_CONNECTION_STRING: device }),
    ...(module === undefined ? {} : { IOTHUB_MODULE_CONNECTION_STRING: module }),
  };
}

function run([program = '', ...words]: readonly string[], env: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    // On Windows npm and npx are scripts, which only a shell can start.
    const child = spawn(program, words, { stdio: 'inherit', env, shell: process.platform === 'win32' });
    const stopForwarding = forwardSignals(child);
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding();
      const isMissing = error.code === 'ENOENT';
      console.error(`iothub-emulator: ${isMissing ? `there is no command '${program}'` : error.message}.`);
      resolve(isMissing ? EXIT_CODES.commandNotFound : EXIT_CODES.failure);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals) => {
    // A terminal sends Ctrl-C to the command as well: it shall hear it once.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

function summarize(options: Options, emulator: Emulator, command: readonly string[], code: number): void {
  const { requests, clientConnections, brokenConnections } = emulator.traffic();
  if (requests + clientConnections === 0) {
    const broken =
      brokenConnections === 0
        ? 'It read the connection string from somewhere else than IOTHUB_CONNECTION_STRING, it is neither a Node nor a Python program (then use --fixed-ports), or it started its children with an environment of their own.'
        : `${brokenConnections} connections broke in the TLS handshake: the program brings its own list of trusted certificates.`;
    console.error(
      `iothub-emulator: '${command.join(' ')}' never reached the hub ${options.hostNames[0]}. ${broken}`,
    );
  } else if (!options.isQuiet) {
    console.error(
      `iothub-emulator: '${command.join(' ')}' ended with code ${code} after ${requests} requests and ${clientConnections} client connections.`,
    );
  }
}

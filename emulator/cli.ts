#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { parseClientIdentity } from './domain/client-identity.ts';
import type { Result } from './domain/result.ts';
import { flagOf, OPTION_TABLE, type OptionRow, variableOf } from './option-table.ts';
import type { OptionDefaults, Options } from './options.ts';
import { packageVersion } from './package-version.ts';

const START_DEFAULTS: OptionDefaults = {
  hostName: '127.0.0.1',
  httpsPort: 443,
  mqttPort: 8883,
  logLevel: 'info',
};
// A name that cannot exist in the cloud: a program that escapes the redirection sends no token to a stranger.
const EXEC_DEFAULTS: OptionDefaults = {
  hostName: 'hub1.iothub.test',
  httpsPort: 0,
  mqttPort: 0,
  logLevel: 'warn',
};

/** Runs the command; the answer is its exit code. */
async function main(words: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    const { explain } = await import('./exit-codes.ts');
    const { code, sentence } = explain(error);
    console.error(`iothub-emulator: ${sentence}`);
    return code;
  }
}

const USAGE = 2;

function createProgram(finish: (exitCode: number) => void): Command {
  const program = new Command('iothub-emulator')
    .description('A local Azure IoT Hub for development and tests.')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride();

  withOptions(program.command('start', { isDefault: true }))
    .description('run a hub until Ctrl-C (the default)')
    .usage('[options]')
    .argument('[words...]')
    .action(async ([word]: string[], given: Given) => {
      // As the default command it hears every word that is no command.
      if (word !== undefined) throw usage(`there is no command '${word}', see iothub-emulator --help.`);
      const options = await readOptions(given, START_DEFAULTS);
      const { start } = await import('./start.ts');
      finish(await start(options));
    });

  withOptions(program.command('exec'))
    .description('run a command with a hub around it: exec [options] -- COMMAND…')
    .argument('<command...>', 'the command and its own arguments')
    .option('--fixed-ports', 'listen on the ports that the SDKs expect, 443 and 8883')
    .passThroughOptions()
    .action(async (command: string[], given: Given) => {
      const defaults =
        given['fixedPorts'] === true
          ? { ...START_DEFAULTS, logLevel: EXEC_DEFAULTS.logLevel }
          : EXEC_DEFAULTS;
      const options = await readOptions(given, defaults);
      const { exec } = await import('./exec.ts');
      finish(await exec(options, command));
    });

  addCertificateCommands(program);
  return program;
}

function addCertificateCommands(program: Command): void {
  const certs = program
    .command('certs')
    .description('the emulator’s certificate authority and client certificates');
  certs
    .command('path')
    .description('print the file that programs must trust')
    .option('--ca-dir <dir>', 'where the authority is kept')
    .action(async ({ caDir }: { caDir?: string }) => {
      const { authorityDirectory, printAuthorityPath } = await import('./certs.ts');
      await printAuthorityPath(authorityDirectory(caDir));
    });
  for (const kind of ['device', 'module'] as const) {
    certs
      .command(kind)
      .description(`write a certificate and key for a ${kind} and print their thumbprints`)
      .argument(kind === 'device' ? '<id>' : '<id/module>')
      .option('--self-signed', 'signed by itself, for registration by thumbprint')
      .option('--out <dir>', 'the folder to write into', '.')
      .option('--ca-dir <dir>', 'where the authority is kept')
      .action(async (id: string, given: { selfSigned?: true; out: string; caDir?: string }) => {
        const [deviceId = '', moduleId, ...rest] = id.split('/');
        const isOfKind = rest.length === 0 && (moduleId !== undefined) === (kind === 'module');
        if (!isOfKind)
          throw usage(kind === 'module' ? `'${id}' is not DEVICE/MODULE.` : `'${id}' is no device id.`);
        const identity = orUsage(parseClientIdentity(deviceId, moduleId));
        const { authorityDirectory, writeClientCertificate } = await import('./certs.ts');
        const directory = authorityDirectory(given.caDir);
        await writeClientCertificate(identity, {
          directory,
          isSelfSigned: given.selfSigned === true,
          output: given.out,
        });
      });
  }
  certs
    .command('remove')
    .description('delete the authority')
    .option('--ca-dir <dir>', 'where the authority is kept')
    .action(async ({ caDir }: { caDir?: string }) => {
      const { authorityDirectory, forgetAuthority } = await import('./certs.ts');
      await forgetAuthority(authorityDirectory(caDir));
    });
}

type Given = Readonly<Record<string, unknown>>;

function withOptions(command: Command): Command {
  for (const row of OPTION_TABLE as readonly OptionRow[]) {
    const value = row.placeholder === undefined ? '' : ` <${row.placeholder}>`;
    const byDefault = row.byDefault === undefined ? '' : ` (default: ${row.byDefault})`;
    const meaning = `${row.meaning}${byDefault} [${variableOf(row.key)}]`;
    if (row.kind === 'texts') {
      command.option(`${flagOf(row.key)}${value}`, meaning, (text: string, before: string[] = []) => [
        ...before,
        text,
      ]);
    } else command.option(`${flagOf(row.key)}${value}`, meaning);
  }
  return command.option('--config <FILE>', 'a JSON file of options [IOTHUB_EMULATOR_CONFIG]');
}

async function readOptions(given: Given, defaults: OptionDefaults): Promise<Options> {
  const { parseOptions } = await import('./options.ts');
  const configurationFile = (given['config'] as string | undefined) ?? process.env['IOTHUB_EMULATOR_CONFIG'];
  return orUsage(parseOptions({ arguments: given, environment: process.env, configurationFile }, defaults));
}

function orUsage<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw usage(result.error.message);
}

function usage(message: string): CommanderError {
  console.error(`iothub-emulator: ${message}`);
  return new CommanderError(USAGE, 'iothub-emulator.usage', message);
}

process.exitCode = await main(process.argv.slice(2));

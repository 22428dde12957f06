#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT_CODES, type ExitStatus, explain } from './command/exit-codes.ts';
import { flagOf, OPTION_TABLE, type OptionRow, type ServingCommand } from './command/options/option-table.ts';
import type { Options } from './command/options/options.ts';
import { packageVersion } from './command/package-version.ts';
import type { Result } from './domain/result.ts';

const OPTIONS_HELP = `
Every option is also an environment variable and a key of the file given with --config. For --https-port
the variable is IOTHUB_EMULATOR_HTTPS_PORT and the key is httpsPort. Several values are separated by
semicolons in a variable and are an array in the file; a flag is true or false. An argument overrides a
variable, and a variable overrides the file. --no-json and --no-quiet switch these flags off.`;

const EXAMPLES_HELP = `
Examples:
  iothub-emulator exec -- npm test                    run the tests with a hub on free ports
  iothub-emulator exec --device d1 -- python app.py   also set IOTHUB_DEVICE_CONNECTION_STRING for d1
  iothub-emulator --module d1/m1                      run a hub on the default ports of the SDKs
  export NODE_EXTRA_CA_CERTS=$(iothub-emulator certs path)

Exit codes: 0 success, 1 failure, 2 invalid usage, 3 a port is in use, 4 a port is reserved for root;
exec returns the exit code of its command (126 not executable, 127 not found).`;

/** Runs the command and returns its exit code. */
async function main(words: readonly string[]): Promise<number> {
  let status: ExitStatus = { code: 0 };
  const program = createProgram(async (run) => {
    status = await run();
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    status = explain(error);
  }
  if (status.message !== undefined) console.error(`iothub-emulator: ${status.message}`);
  return status.code;
}

type Given = Readonly<Record<string, unknown>>;
/** Runs the action of a command and stores its exit status. */
type Perform = (run: () => Promise<ExitStatus>) => Promise<void>;

// The modules of a command are loaded when it runs. `certs` and `--help` do not need the hub and its doors.
function createProgram(perform: Perform): Command {
  const program = new Command('iothub-emulator')
    .description('A local Azure IoT Hub for development and tests: the real SDKs, no cloud.')
    .version(packageVersion())
    .usage('[command] [options]')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .addHelpText('after', EXAMPLES_HELP)
    .enablePositionalOptions()
    .exitOverride();

  withOptions(program.command('start', { isDefault: true }), 'start')
    .summary('run a hub until Ctrl-C (the default)')
    .description('Runs a hub until Ctrl-C. Prints its addresses, its connection strings and how to trust it.')
    .usage('[options]')
    .argument('[words...]')
    .action(([word]: string[], given: Given) =>
      // This is the default command, so it receives every word that is not the name of a command.
      perform(async () =>
        word === undefined
          ? serve('start', given, async (options) =>
              (await import('./command/start/start.ts')).start(options),
            )
          : usage(`Unknown command '${word}': see iothub-emulator --help.`),
      ),
    );

  withOptions(program.command('exec'), 'exec')
    .summary('run a command with its own hub')
    .description(
      'Runs COMMAND with its own hub on free ports, and returns the exit code of COMMAND. Its Node and Python ' +
        'programs reach the hub with unchanged SDKs. Sets IOTHUB_CONNECTION_STRING, with --device also ' +
        'IOTHUB_DEVICE_CONNECTION_STRING and with --module also IOTHUB_MODULE_CONNECTION_STRING.',
    )
    .usage('[options] -- COMMAND…')
    .argument('<command...>')
    .passThroughOptions()
    .action((command: [string, ...string[]], given: Given) =>
      perform(() =>
        serve('exec', given, async (options) =>
          (await import('./command/exec/exec.ts')).exec(options, command),
        ),
      ),
    );

  addCertificateCommands(program, perform);
  return program;
}

function addCertificateCommands(program: Command, perform: Perform): void {
  const certs = program
    .command('certs')
    .description('manage the local certificate authority (CA) and create certificates for clients');
  withAuthorityOptions(certs.command('path'))
    .description('print the path of the CA file that clients must trust')
    .action((given: Given) =>
      perform(() => certify(given, ({ printAuthorityPath }, directory) => printAuthorityPath(directory))),
    );
  for (const kind of ['device', 'module'] as const) {
    withAuthorityOptions(certs.command(kind))
      .description(`write a certificate and key for a ${kind} and print their thumbprints`)
      .argument(kind === 'device' ? '<ID>' : '<ID/MODULE>')
      .option(
        '--self-signed',
        'sign the certificate by itself, for registration by thumbprint, not by the local CA',
      )
      .option('--out <DIR>', 'the folder for the files', '.')
      .action((id: string, given: Given & { readonly out: string }) => {
        const request = { kind, id, isSelfSigned: given['selfSigned'] === true, folder: given.out };
        return perform(() =>
          certify(given, ({ writeClientCertificate }, directory) =>
            writeClientCertificate(directory, request),
          ),
        );
      });
  }
  withAuthorityOptions(certs.command('remove'))
    .description('delete the local CA; clients must then trust a new one')
    .action((given: Given) =>
      perform(() => certify(given, ({ deleteAuthority }, directory) => deleteAuthority(directory))),
    );
}

function withOptions(command: Command, name: ServingCommand): Command {
  for (const row of OPTION_TABLE as readonly OptionRow[])
    if (row.command === undefined || row.command === name) addOption(command, row);
  return command.addHelpText('after', OPTIONS_HELP);
}

function withAuthorityOptions(command: Command): Command {
  for (const row of OPTION_TABLE) if (row.key === 'caDir' || row.key === 'config') addOption(command, row);
  return command;
}

function addOption(command: Command, row: OptionRow): void {
  const flag = flagOf(row.key);
  const meaning = row.byDefault === undefined ? row.meaning : `${row.meaning} (default: ${row.byDefault})`;
  switch (row.kind) {
    case 'flag':
      command.option(flag, meaning);
      command.addOption(command.createOption(flag.replace('--', '--no-')).hideHelp());
      return;
    case 'texts':
      command.option(`${flag} <${row.placeholder}>`, meaning, (text: string, before: string[] = []) => [
        ...before,
        text,
      ]);
      return;
    case 'text':
    case 'number':
      command.option(`${flag} <${row.placeholder}>`, meaning);
  }
}

async function serve(
  command: ServingCommand,
  given: Given,
  run: (options: Options) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const options = await readOptions(command, given);
  if (!options.ok) return usage(options.error.message);
  try {
    return await run(options.value);
  } catch (error) {
    const { explainStartFailure } = await import('./command/start/start-failure.ts');
    return explainStartFailure(error, options.value);
  }
}

async function certify(
  given: Given,
  run: (
    certs: typeof import('./command/certs/certs.ts'),
    directory: string | undefined,
  ) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const options = await readOptions('start', given);
  if (!options.ok) return usage(options.error.message);
  return run(await import('./command/certs/certs.ts'), options.value.authorityDirectory);
}

async function readOptions(command: ServingCommand, given: Given): Promise<Result<Options>> {
  const { parseOptions } = await import('./command/options/options.ts');
  return parseOptions(command, { arguments: given, environment: process.env });
}

function usage(message: string): ExitStatus {
  return { code: EXIT_CODES.usage, message };
}

// The reader of the output may stop reading, for example `head`.
process.stdout.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));

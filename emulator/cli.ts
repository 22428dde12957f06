#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { EXIT_CODES, type ExitStatus, explain } from './command/exit-codes.ts';
import { flagOf, OPTION_TABLE, type OptionRow, type ServingCommand } from './command/options/option-table.ts';
import type { Options } from './command/options/options.ts';
import { packageVersion } from './command/package-version.ts';
import type { Result } from './domain/result.ts';

const OPTIONS_HELP = `
Every option is also an environment variable (--https-port: IOTHUB_EMULATOR_HTTPS_PORT; several values
are separated by semicolons, a flag is true or false) and a key of the file given with --config
(httpsPort; several values are an array). An argument beats a variable, a variable beats the file.
A flag is switched off by --no-json, --no-quiet.`;

const EXAMPLES_HELP = `
Examples:
  iothub-emulator exec -- npm test                    a hub of its own for the tests, on free ports
  iothub-emulator exec --device d1 -- python app.py   IOTHUB_DEVICE_CONNECTION_STRING is d1's
  iothub-emulator --module d1/m1                      a hub on the ports that every SDK expects
  export NODE_EXTRA_CA_CERTS=$(iothub-emulator certs path)

Exit codes: 0 ended well, 1 failed, 2 wrong usage, 3 a port is in use, 4 a port is reserved for root;
exec returns the code of its command (126 not executable, 127 not found).`;

/** Runs the command; the answer is its exit code. */
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
/** Runs what a command does and remembers how it ended. */
type Perform = (run: () => Promise<ExitStatus>) => Promise<void>;

// What a command needs is loaded when it runs: `certs` and `--help` do without the hub and its doors.
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
    .description('Runs a hub until Ctrl-C and prints what clients need to know of it.')
    .usage('[options]')
    .argument('[words...]')
    .action(([word]: string[], given: Given) =>
      // As the default command it hears every word that is no command.
      perform(async () =>
        word === undefined
          ? serve('start', given, async (options) =>
              (await import('./command/start/start.ts')).start(options),
            )
          : usage(`There is no command '${word}', see iothub-emulator --help.`),
      ),
    );

  withOptions(program.command('exec'), 'exec')
    .summary('run a command with a hub of its own around it')
    .description(
      'Runs COMMAND with a hub of its own around it, on free ports, and returns its exit code. Node and Python ' +
        'programs below it reach the hub with their SDKs as they are. IOTHUB_CONNECTION_STRING is set, with ' +
        '--device and --module also IOTHUB_DEVICE_CONNECTION_STRING and IOTHUB_MODULE_CONNECTION_STRING.',
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
    .description('the local certificate authority (CA) and certificates for clients');
  withAuthorityOptions(certs.command('path'))
    .description('print the CA file that clients must trust')
    .action((given: Given) =>
      perform(() => certify(given, ({ printAuthorityPath }, directory) => printAuthorityPath(directory))),
    );
  for (const kind of ['device', 'module'] as const) {
    withAuthorityOptions(certs.command(kind))
      .description(`write a certificate and key for a ${kind} and print their thumbprints`)
      .argument(kind === 'device' ? '<ID>' : '<ID/MODULE>')
      .option('--self-signed', 'signed by itself, for registration by thumbprint, instead of by the local CA')
      .option('--out <DIR>', 'the folder to write into', '.')
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
    .description('delete the local CA; a new one has to be trusted anew')
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

// Whoever reads the output may stop reading, as `head` does.
process.stdout.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));

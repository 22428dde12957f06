import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { StartReport } from '../../emulator/command/start/start-report.ts';
import { findStaleFile } from '../setup/built-files.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const TSX = join(REPOSITORY, 'node_modules/tsx/dist/loader.mjs');
const DEADLINE_MILLISECONDS = 45_000;
const UNPRIVILEGED_ID = 65534;

/** The command line of the command: the built files, or the sources if these are newer, which takes twice as long. */
export const COMMAND: readonly [string, ...string[]] =
  findStaleFile(['emulator']) === undefined
    ? [process.execPath, join(REPOSITORY, 'dist/emulator/cli.js')]
    : [process.execPath, '--import', TSX, join(REPOSITORY, 'emulator/cli.ts')];

/** The settings that make a child an unprivileged user if the tests run as root. */
export const UNPRIVILEGED_USER =
  process.getuid?.() === 0 ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : {};

export interface CommandSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** The program to run instead of the command. */
  readonly command?: readonly [string, ...string[]];
}

export interface CommandResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. Disposing kills it. */
export interface RunningCommand extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<CommandResult>;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the match as soon as the output matches the pattern. Rejects if the command ends before. */
  until(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
}

/** Returns the path of a program in `fixtures/`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Creates a folder that every user can read and write. Disposing deletes it. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'iothub-emulator-test-'));
  await chmod(path, 0o777);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Runs the command to its end. */
export async function run(args: readonly string[], settings: CommandSettings = {}): Promise<CommandResult> {
  await using command = launch(args, settings);
  return await command.ended;
}

/** Starts the command and returns at once. */
export function launch(args: readonly string[], settings: CommandSettings = {}): RunningCommand {
  const { command: [program, ...words] = COMMAND, env = {}, ...rest } = settings;
  // The variables of a user's shell, without those of the test runner.
  const { PATH = '', HOME = '/' } = process.env;
  const child = spawn(program, [...words, ...args], {
    ...rest,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return follow(child);
}

/** Starts a hub on free ports and resolves with its report once it is ready. */
export async function startHub(
  args: readonly string[] = [],
  settings: CommandSettings = {},
): Promise<RunningCommand & { readonly report: StartReport }> {
  const ports = ['--https-port', '0', '--mqtt-port', '0'];
  const command = launch(['start', '--json', ...ports, ...args], settings);
  const [line] = await command.until(/^.*\n/);
  return { ...command, report: JSON.parse(line) as StartReport };
}

/** Returns true if this process can bind the port. Many machines reserve low ports or do not have 127.0.0.2. */
export function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => void server.close(() => resolve(true)));
  });
}

function follow(child: ChildProcessByStdio<null, Readable, Readable>): RunningCommand {
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const look of watchers) look();
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MILLISECONDS);
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal, ...output }));
  }).finally(() => clearTimeout(timer));
  return {
    pid: child.pid ?? 0,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => child.kill(signal),
    until: (pattern, stream = 'stdout') =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output[stream]);
          if (found === null) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
        const end = () =>
          reject(
            new Error(`The command ended, expected output ${pattern}: ${output.stdout}${output.stderr}`),
          );
        ended.then(end, reject);
      }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Returns true if a program is installed. The option must make it exit at once, for example `--version`. */
export function isInstalled(program: string, option: string): boolean {
  return spawnSync(program, [option]).status === 0;
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The interpreter of the tests' virtual environment, or the reason why there is none. */
    python: { readonly executable: string } | { readonly missing: string };
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REQUIREMENTS = join(ROOT, 'test', 'interop', 'python', 'requirements.txt');
const STAMP = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
/** Each set of requirements has its own folder, so that no environment is replaced while it is in use. */
const FOLDER = join(ROOT, '.venv', STAMP);
const STAMP_FILE = join(FOLDER, 'complete');
const INSTALLATION_TIMEOUT_MILLISECONDS = 300_000;

/** Creates a virtual environment with the Python SDKs once for each set of requirements. */
export default async function setup(project: TestProject): Promise<void> {
  const reason = await prepare();
  if (reason !== undefined && process.env['CI'] === 'true') throw new Error(reason);
  if (reason !== undefined) console.warn(`SKIPPED: the Python tests do not run: ${reason}`);
  project.provide('python', reason === undefined ? { executable: executable() } : { missing: reason });
}

async function prepare(): Promise<string | undefined> {
  if (existsSync(STAMP_FILE)) return undefined;
  const system = ['python3', 'python'].find((name) => run(name, ['--version']) === undefined);
  if (system === undefined) return 'Python 3 is not installed.';
  mkdirSync(join(ROOT, '.venv'), { recursive: true });
  try {
    mkdirSync(FOLDER);
  } catch {
    // Another run is creating the environment.
    return await untilComplete();
  }
  const failure =
    run(system, ['-m', 'venv', FOLDER]) ??
    run(executable(), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  if (failure === undefined) writeFileSync(STAMP_FILE, '');
  else rmSync(FOLDER, { recursive: true, force: true });
  return failure;
}

async function untilComplete(): Promise<string | undefined> {
  for (const end = Date.now() + INSTALLATION_TIMEOUT_MILLISECONDS; Date.now() < end; await wait(500)) {
    if (existsSync(STAMP_FILE)) return undefined;
    if (!existsSync(FOLDER)) break;
  }
  return `Another run has not completed ${FOLDER}: delete it and try again.`;
}

function executable(): string {
  return process.platform === 'win32' ? join(FOLDER, 'Scripts', 'python.exe') : join(FOLDER, 'bin', 'python');
}

/** Runs a command to its end. Returns what went wrong, or undefined. */
function run(command: string, words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${command} ${words.join(' ')} failed: ${stderr.trim().slice(-500)}`;
}

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The interpreter of the tests' own virtual environment, or why there is none. */
    python: { readonly executable: string } | { readonly missing: string };
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REQUIREMENTS = join(ROOT, 'test', 'interop', 'python', 'requirements.txt');
const FOLDER = join(ROOT, '.venv');

/** Makes a virtual environment with the Python SDKs, once for as long as the requirements stay the same. */
export default function setup(project: TestProject): void {
  const reason = prepare();
  if (reason !== undefined && process.env['CI'] === 'true') throw new Error(reason);
  if (reason !== undefined) console.warn(`The Python tests are left out: ${reason}`);
  project.provide('python', reason === undefined ? { executable: executable() } : { missing: reason });
}

function prepare(): string | undefined {
  const stamp = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const stampFile = join(FOLDER, 'requirements.sha256');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return undefined;
  const system = ['python3', 'python'].find((name) => run(name, ['--version']) === undefined);
  if (system === undefined) return 'Python 3 is not installed.';
  rmSync(FOLDER, { recursive: true, force: true });
  const failure =
    run(system, ['-m', 'venv', FOLDER]) ??
    run(executable(), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  if (failure === undefined) writeFileSync(stampFile, stamp);
  return failure;
}

function executable(): string {
  return process.platform === 'win32' ? join(FOLDER, 'Scripts', 'python.exe') : join(FOLDER, 'bin', 'python');
}

/** What went wrong, or undefined. */
function run(command: string, words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, words, { encoding: 'utf8' });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `${command} ${words.join(' ')} failed: ${stderr.trim().slice(-500)}`;
}

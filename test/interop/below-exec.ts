import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the Python programs and their tests. */
export const PYTHON_PROGRAMS = join(ROOT, 'test', 'interop', 'python');

export interface ExecRequest {
  /** The options of `exec`. */
  readonly options?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** The time after which the program is killed. Its output until then is returned. */
  readonly deadlineMilliseconds?: number;
}

export interface ExecResult {
  readonly code: number | null;
  /** The output of the program and of the hub. */
  readonly output: string;
}

/** Runs a Python program below `exec`, with its own hub. */
export function runBelowExec(words: readonly string[], request: ExecRequest = {}): Promise<ExecResult> {
  const { options = [], environment = process.env, deadlineMilliseconds } = request;
  const python = inject('python');
  const executable = 'executable' in python ? python.executable : 'python3';
  const command = [join(ROOT, 'emulator', 'cli.ts'), 'exec', ...options, '--', executable, ...words];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', ...command], {
      cwd: ROOT,
      env: environment,
      timeout: deadlineMilliseconds,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
    child.once('close', (code) => resolve({ code, output }));
  });
}

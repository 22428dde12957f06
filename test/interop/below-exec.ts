import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The folder of the Python programs and of their tests. */
export const PYTHON_PROGRAMS = join(ROOT, 'test', 'interop', 'python');

export interface ExecRequest {
  /** Options of `exec` itself. */
  readonly options?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** After which the program is ended; what it printed until then is kept. */
  readonly deadlineMilliseconds?: number;
}

export interface ExecResult {
  readonly code: number | null;
  /** What the program and the hub printed. */
  readonly output: string;
}

/** Runs a Python program below `exec`; several share a hub only within one program. */
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

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';

/** How a command ended: a signal gives the code that a shell would give, a message says why it never ran. */
export interface ChildExitStatus extends ExitStatus {
  readonly signal?: NodeJS.Signals;
}

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a command on this process's own terminal until it ends, handing on every signal that asks it to. */
export function runCommand(
  [program, ...words]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Promise<ChildExitStatus> {
  return new Promise((resolve) => {
    // On Windows npm and npx are scripts, which only a shell can start.
    const child = spawn(program, words, { stdio: 'inherit', env, shell: process.platform === 'win32' });
    const stopForwarding = forwardSignals(child);
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding();
      resolve(explainSpawnFailure(program, error));
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      resolve(signal === null ? { code: code ?? 0 } : { code: 128 + constants.signals[signal], signal });
    });
  });
}

// A terminal sends Ctrl-C to the command as well, which shall hear it once.
function forwardSignals(child: ChildProcess): () => void {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = (signal: NodeJS.Signals) => {
    if (signal !== 'SIGINT' || !hasTerminal) child.kill(signal);
  };
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}

function explainSpawnFailure(program: string, error: NodeJS.ErrnoException): ExitStatus {
  switch (error.code) {
    case 'ENOENT': {
      const hint = /\s/.test(program) ? ' (a line for the shell needs one: exec -- sh -c LINE)' : '';
      return { code: EXIT_CODES.commandNotFound, message: `There is no command '${program}'${hint}.` };
    }
    case 'EACCES':
      return { code: EXIT_CODES.commandNotExecutable, message: `'${program}' may not be executed.` };
    default:
      return { code: EXIT_CODES.failure, message: `'${program}' cannot be started: ${error.message}.` };
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';

/** The exit status of a command. After a signal the code is that of a shell. A message says why it did not start. */
export interface ChildExitStatus extends ExitStatus {
  readonly signal?: NodeJS.Signals;
}

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a command on the terminal of this process until it ends. Forwards the signals that stop a process. */
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

// A terminal sends the signal of Ctrl-C to the command too, which must receive it once.
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
      const hint = /\s/.test(program) ? ' (to run a shell line, use exec -- sh -c LINE)' : '';
      return { code: EXIT_CODES.commandNotFound, message: `Command '${program}' was not found${hint}.` };
    }
    case 'EACCES':
      return { code: EXIT_CODES.commandNotExecutable, message: `Command '${program}' is not executable.` };
    default:
      return {
        code: EXIT_CODES.failure,
        message: `Command '${program}' cannot be started: ${error.message}.`,
      };
  }
}

/** The exit codes of the command. `exec` returns the exit code of its command. */
export const EXIT_CODES = {
  failure: 1,
  usage: 2,
  portInUse: 3,
  portReserved: 4,
  commandNotExecutable: 126,
  commandNotFound: 127,
} as const;

/** The exit code of the command and, if it failed, one message for the user. */
export interface ExitStatus {
  readonly code: number;
  readonly message?: string;
}

/** Returns the exit status of an unexpected error. */
export function explain(error: unknown): ExitStatus {
  const message = error instanceof Error ? error.message : String(error);
  return { code: EXIT_CODES.failure, message };
}

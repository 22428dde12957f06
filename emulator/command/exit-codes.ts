/** What the command's exit code says; `exec` returns its command's own. */
export const EXIT_CODES = {
  failure: 1,
  usage: 2,
  portInUse: 3,
  portReserved: 4,
  commandNotExecutable: 126,
  commandNotFound: 127,
} as const;

/** How the command ends: its exit code and, where something went wrong, one message for the user. */
export interface ExitStatus {
  readonly code: number;
  readonly message?: string;
}

/** Explains what nobody foresaw. */
export function explain(error: unknown): ExitStatus {
  const message = error instanceof Error ? error.message : String(error);
  return { code: EXIT_CODES.failure, message };
}

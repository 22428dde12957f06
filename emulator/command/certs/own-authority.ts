import { type LocalAuthority, openAuthority } from '../../certificates/local-authority.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

/** Opens the local certificate authority, or says in one message why it cannot be kept there. */
export async function openOwnAuthority(directory: string | undefined): Promise<Result<LocalAuthority>> {
  if (directory === undefined) {
    return failed(
      'ArgumentInvalid',
      'You have no home folder: say where the local CA is kept with --ca-dir.',
    );
  }
  try {
    return ok(await openAuthority(directory, { now: Date.now() }));
  } catch (error) {
    if (!isFileError(error)) throw error;
    const message = `The local CA cannot be kept in ${directory} (${error.code}): name another folder with --ca-dir.`;
    return failed('ArgumentInvalid', message);
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

import { type LocalAuthority, openAuthority } from '../../certificates/local-authority.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

/** Opens the local certificate authority. Fails with a message if it cannot be stored in the directory. */
export async function openOwnAuthority(directory: string | undefined): Promise<Result<LocalAuthority>> {
  if (directory === undefined) {
    return failed(
      'ArgumentInvalid',
      'The user has no home folder: choose a folder for the local certificate authority with --ca-dir.',
    );
  }
  try {
    return ok(await openAuthority(directory, { now: Date.now() }));
  } catch (error) {
    if (!isFileError(error)) throw error;
    const message = `The local certificate authority cannot be stored in ${directory} (${error.code}): choose another folder with --ca-dir.`;
    return failed('ArgumentInvalid', message);
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

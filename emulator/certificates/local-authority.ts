import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import { type Authority, createAuthority } from './authority.ts';

/** The local certificate authority on disk. `certificatePath` is the file that clients must trust. */
export interface LocalAuthority extends Authority {
  readonly certificatePath: string;
}

/**
 * Opens the authority below `directory`, or creates one. Certificate and key appear in one rename. So if two processes
 * start at the same time, one creates the authority and the other reads it. An unusable authority is not replaced,
 * because users have made their machines trust it. The call then rejects with an error that says what to do.
 */
export async function openAuthority(
  directory: string,
  options: { readonly now: number },
): Promise<LocalAuthority> {
  const found = await readAuthority(directory, options.now);
  if (found) return found;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const publishError = await publishAuthority(directory, await createAuthority(options.now));
  const published = await readAuthority(directory, options.now);
  if (published) return published;
  throw createUnusableError(directory, 'ca.pem is missing and could not be created', publishError);
}

/** Returns the certificate of the authority below `directory`, or undefined if there is none or it cannot be read. */
export async function findAuthorityCertificate(directory: string): Promise<string | undefined> {
  try {
    const pem = await readFile(pathsOf(directory).certificate, 'utf8');
    return new X509Certificate(pem).ca ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** Deletes the authority, and also `directory` if it is then empty. Returns false if there was no authority. */
export async function removeAuthority(directory: string): Promise<boolean> {
  try {
    await rm(pathsOf(directory).folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  // This fails if the directory contains other files, which must be kept.
  await rmdir(directory).catch(() => undefined);
  return true;
}

/** Returns the directory of a user's authority, below the user's data directory of the platform. */
export function defaultAuthorityDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): string {
  const name = 'iothub-emulator';
  if (platform === 'win32') {
    return win32.join(environment['LOCALAPPDATA'] || win32.join(home, 'AppData', 'Local'), name);
  }
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', name);
  const dataHome = environment['XDG_DATA_HOME'] ?? '';
  // The XDG specification says that a relative path is ignored.
  return posix.join(posix.isAbsolute(dataHome) ? dataHome : posix.join(home, '.local', 'share'), name);
}

function pathsOf(directory: string) {
  const folder = join(directory, 'authority');
  return { folder, certificate: join(folder, 'ca.pem'), key: join(folder, 'ca-key.pem') };
}

async function readAuthority(directory: string, now: number): Promise<LocalAuthority | undefined> {
  const paths = pathsOf(directory);
  const certificatePem = await readText(paths.certificate);
  // The certificate is read first: if it exists, its key exists too.
  if (certificatePem === undefined) return undefined;
  const keyPem = (await readText(paths.key)) ?? '';
  const problem = findProblem(certificatePem, keyPem, now);
  if (problem !== undefined) throw createUnusableError(directory, problem);
  return { certificatePem, keyPem, certificatePath: paths.certificate };
}

function createUnusableError(directory: string, problem: string, cause?: unknown): Error {
  const reason = cause instanceof Error ? `${problem} (${cause.message})` : problem;
  return new Error(
    `The local certificate authority in ${pathsOf(directory).folder} cannot be used: ${reason}. ` +
      'Delete that folder and start again, then make clients trust the new certificate authority.',
    { cause },
  );
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function findProblem(certificatePem: string, keyPem: string, now: number): string | undefined {
  try {
    const certificate = new X509Certificate(certificatePem);
    const key = createPrivateKey(keyPem);
    if (!certificate.ca) return 'ca.pem is not a certificate authority';
    if (!certificate.checkPrivateKey(key)) return 'ca-key.pem is the key of another certificate';
    if (Date.parse(certificate.validTo) <= now) return `it expired on ${certificate.validTo}`;
    return Date.parse(certificate.validFrom) > now
      ? `it is valid only from ${certificate.validFrom}`
      : undefined;
  } catch {
    return 'ca.pem or ca-key.pem is malformed or missing';
  }
}

/** Writes the authority and moves it into place. Returns the error if that fails, usually because another process was faster. */
async function publishAuthority(directory: string, authority: Authority): Promise<unknown> {
  const temporary = await mkdtemp(join(directory, '.authority-'));
  try {
    await writeFile(join(temporary, 'ca-key.pem'), authority.keyPem, { mode: 0o600, flush: true });
    await writeFile(join(temporary, 'ca.pem'), authority.certificatePem, { flush: true });
    await rename(temporary, pathsOf(directory).folder);
    return undefined;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    return error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

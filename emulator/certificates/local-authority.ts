import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join, posix, win32 } from 'node:path';
import { type Authority, createAuthority } from './authority.ts';

/** The certificate authority on disk; `certificatePath` is the file that clients are told to trust. */
export interface LocalAuthority extends Authority {
  readonly certificatePath: string;
}

/**
 * Reuses the authority below `directory` or makes one. Certificate and key appear in one rename, so of two processes
 * that start at once one wins and the other reads the winner's. An authority that can no longer be used is refused
 * with the cure in the error's message, never replaced: people have told their machines to trust it.
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
  throw createUnusableError(directory, 'ca.pem is missing and could not be made', publishError);
}

/** The certificate of the authority below `directory`; undefined where there is none or it cannot be read. */
export async function findAuthorityCertificate(directory: string): Promise<string | undefined> {
  try {
    const pem = await readFile(pathsOf(directory).certificate, 'utf8');
    return new X509Certificate(pem).ca ? pem : undefined;
  } catch {
    return undefined;
  }
}

/** Deletes the authority, and `directory` if nothing else is in it; false where there was none. */
export async function removeAuthority(directory: string): Promise<boolean> {
  try {
    await rm(pathsOf(directory).folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
  // Fails where other files are kept beside the authority, which is as it should be.
  await rmdir(directory).catch(() => undefined);
  return true;
}

/** Where a user's authority lives: the user's data folder by the custom of the platform. */
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
  // The XDG specification tells to ignore a relative path.
  return posix.join(posix.isAbsolute(dataHome) ? dataHome : posix.join(home, '.local', 'share'), name);
}

function pathsOf(directory: string) {
  const folder = join(directory, 'authority');
  return { folder, certificate: join(folder, 'ca.pem'), key: join(folder, 'ca-key.pem') };
}

async function readAuthority(directory: string, now: number): Promise<LocalAuthority | undefined> {
  const paths = pathsOf(directory);
  const certificatePem = await readText(paths.certificate);
  // In this order: where the certificate is seen, the key that came with it is there too.
  if (certificatePem === undefined) return undefined;
  const keyPem = (await readText(paths.key)) ?? '';
  const problem = findProblem(certificatePem, keyPem, now);
  if (problem !== undefined) throw createUnusableError(directory, problem);
  return { certificatePem, keyPem, intermediatesPem: '', certificatePath: paths.certificate };
}

function createUnusableError(directory: string, problem: string, cause?: unknown): Error {
  const reason = cause instanceof Error ? `${problem} (${cause.message})` : problem;
  return new Error(
    `The local CA in ${pathsOf(directory).folder} cannot be used: ${reason}. ` +
      'Delete that folder and start again; the new CA then has to be trusted anew.',
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
    if (!certificate.ca) return 'ca.pem is no certificate authority';
    if (!certificate.checkPrivateKey(key)) return 'ca-key.pem is the key of another certificate';
    if (Date.parse(certificate.validTo) <= now) return `it expired on ${certificate.validTo}`;
    return Date.parse(certificate.validFrom) > now
      ? `it is valid only from ${certificate.validFrom}`
      : undefined;
  } catch {
    return 'ca.pem or ca-key.pem is broken or missing';
  }
}

/** The error that kept the authority from its place, most likely that another process was faster. */
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

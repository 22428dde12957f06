import { mkdir, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createClientCertificate } from '../../certificates/leaf.ts';
import { removeAuthority } from '../../certificates/local-authority.ts';
import { type ClientIdentity, formatClientIdentity } from '../../domain/identities/client-identity.ts';
import { ok } from '../../domain/result.ts';
import { EXIT_CODES, type ExitStatus } from '../exit-codes.ts';
import { parseDevice, parseModule } from '../options/option-values.ts';
import { openOwnAuthority } from './own-authority.ts';

/** Prints the path of the certificate of the local certificate authority. Creates the authority if there is none. */
export async function printAuthorityPath(directory: string | undefined): Promise<ExitStatus> {
  const authority = await openOwnAuthority(directory);
  if (!authority.ok) return { code: EXIT_CODES.failure, message: authority.error.message };
  console.log(authority.value.certificatePath);
  return { code: 0 };
}

/** The certificate to write. `id` is as the user wrote it. */
export interface CertificateFileRequest {
  readonly kind: 'device' | 'module';
  readonly id: string;
  readonly isSelfSigned: boolean;
  /** The folder for the files. */
  readonly folder: string;
}

/** Writes a client's certificate and private key, and prints their paths and the thumbprints. */
export async function writeClientCertificate(
  directory: string | undefined,
  request: CertificateFileRequest,
): Promise<ExitStatus> {
  const identity = request.kind === 'device' ? parseDevice(request.id) : parseModule(request.id);
  if (!identity.ok)
    return { code: EXIT_CODES.usage, message: `Invalid id '${request.id}': ${identity.error.message}` };
  const authority = request.isSelfSigned ? ok(undefined) : await openOwnAuthority(directory);
  if (!authority.ok) return { code: EXIT_CODES.failure, message: authority.error.message };
  const { certificatePem, keyPem, thumbprints } = await createClientCertificate({
    commonName: formatClientIdentity(identity.value),
    now: Date.now(),
    ...(authority.value && { authority: authority.value }),
  });
  await mkdir(request.folder, { recursive: true });
  const name = fileNameOf(identity.value);
  const certificateFile = resolve(request.folder, `${name}.cert.pem`);
  const keyFile = resolve(request.folder, `${name}.key.pem`);
  await replaceFile(certificateFile, certificatePem, 0o644);
  await replaceFile(keyFile, keyPem, 0o600);
  console.log(`certificate  ${certificateFile}`);
  console.log(`key          ${keyFile}`);
  console.log(`sha1         ${thumbprints.sha1}`);
  console.log(`sha256       ${thumbprints.sha256}`);
  return { code: 0 };
}

/** Deletes the local certificate authority and reports it. */
export async function deleteAuthority(directory: string | undefined): Promise<ExitStatus> {
  const isDeleted = directory !== undefined && (await removeAuthority(directory));
  console.log(
    isDeleted
      ? `Deleted the local certificate authority in ${directory}.`
      : 'There is no local certificate authority.',
  );
  return { code: 0 };
}

/** Returns a file name for a client. Ids can contain characters that file names cannot, and never contain `~`. */
function fileNameOf({ deviceId, moduleId }: ClientIdentity): string {
  const parts = moduleId === undefined ? [deviceId] : [deviceId, moduleId];
  const escaped = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return parts.map((id) => id.replace(/[^A-Za-z0-9._-]/g, escaped)).join('~');
}

// An existing file would keep its mode.
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await rm(path, { force: true });
  await writeFile(path, text, { mode, flag: 'wx' });
}

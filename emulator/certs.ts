import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createClientCertificate } from './certificates/leaf.ts';
import { defaultAuthorityDirectory, openAuthority, removeAuthority } from './certificates/local-authority.ts';
import { type ClientIdentity, formatClientIdentity } from './domain/client-identity.ts';

/** Where the authority is, unless `--ca-dir` or its variable says otherwise. */
export function authorityDirectory(given: string | undefined): string {
  const environment = process.env;
  return (
    given ??
    environment['IOTHUB_EMULATOR_CA_DIR'] ??
    defaultAuthorityDirectory(environment, process.platform, homedir())
  );
}

/** Prints the file of the authority's certificate; makes the authority if there is none. */
export async function printAuthorityPath(directory: string): Promise<void> {
  const { certificatePath } = await openAuthority(directory, { now: Date.now() });
  console.log(certificatePath);
}

/** Writes a client's certificate and private key into a folder and prints what the registry wants to know. */
export async function writeClientCertificate(
  identity: ClientIdentity,
  settings: { readonly directory: string; readonly isSelfSigned: boolean; readonly output: string },
): Promise<void> {
  const now = Date.now();
  const commonName = formatClientIdentity(identity);
  const signer = settings.isSelfSigned ? {} : { authority: await openAuthority(settings.directory, { now }) };
  const { certificatePem, keyPem, thumbprints } = await createClientCertificate({
    commonName,
    now,
    ...signer,
  });
  await mkdir(settings.output, { recursive: true });
  const name = commonName.replaceAll(/[^A-Za-z0-9._-]/g, '-');
  const certificateFile = join(settings.output, `${name}.pem`);
  const keyFile = join(settings.output, `${name}-key.pem`);
  await writeFile(certificateFile, certificatePem);
  await writeFile(keyFile, keyPem, { mode: 0o600 });
  console.log(`certificate  ${certificateFile}`);
  console.log(`key          ${keyFile}`);
  console.log(`sha1         ${thumbprints.sha1}`);
  console.log(`sha256       ${thumbprints.sha256}`);
}

/** Deletes the authority and says so. */
export async function forgetAuthority(directory: string): Promise<void> {
  const wasThere = await removeAuthority(directory);
  console.log(
    wasThere ? `Removed the certificate authority in ${directory}.` : 'There is no certificate authority.',
  );
}

import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocalAuthority } from './local-authority.ts';
import { createRsaKey } from './rsa-key.ts';

const MINIMUM_BITS = 2048;

/**
 * Returns the RSA key that is kept beside a local authority. Creates it if it is missing or unusable. It is deleted with
 * the authority. If it cannot be stored, the next call creates another key.
 */
export async function openRsaKey({ certificatePath }: LocalAuthority): Promise<string> {
  const path = join(dirname(certificatePath), 'server-rsa-key.pem');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (isRsaKey(kept)) return kept;
  const created = await createRsaKey();
  await replaceFile(path, created);
  return created;
}

function isRsaKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    // TLS refuses short keys.
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= MINIMUM_BITS;
  } catch {
    return false;
  }
}

// Another process can read the file at any time, so it is moved into place as a whole.
async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, text, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

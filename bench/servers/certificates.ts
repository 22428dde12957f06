import { createAuthority } from '../../emulator/certificates/authority.ts';
import { createServerLeaf } from '../../emulator/certificates/leaf.ts';

/** Key and certificate of a server on loopback, P-256 as the emulator's own. */
export async function createServerCertificate(): Promise<{ readonly key: string; readonly cert: string }> {
  const now = Date.now();
  const leaf = await createServerLeaf(await createAuthority(now), { names: ['localhost', '127.0.0.1'], now });
  return { key: leaf.keyPem, cert: leaf.certificatePem };
}

import type { Authority } from '../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../emulator/certificates/issue.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const INTERMEDIATE_DAYS = 365;

/** Creates an intermediate authority in memory, signed by another one. */
export async function createIntermediateAuthority(
  issuer: Authority,
  request: { readonly commonName: string; readonly now: number },
): Promise<Authority> {
  const intermediate = await issueCertificate({
    commonNames: [request.commonName],
    validFrom: request.now - DAY_MILLISECONDS,
    validTo: request.now + INTERMEDIATE_DAYS * DAY_MILLISECONDS,
    use: 'authority',
    issuer,
  });
  return { ...intermediate, intermediatesPem: intermediate.certificatePem + issuer.intermediatesPem };
}

import type { Authority } from '../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../emulator/certificates/issue.ts';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const INTERMEDIATE_DAYS = 365;

/** An authority that is not a root. */
export interface IntermediateAuthority extends Authority {
  /** The certificates that a leaf presents after itself: this one and those up to the root, as PEM text. */
  readonly intermediatesPem: string;
}

/** Creates an intermediate authority in memory, signed by a root or by another intermediate authority. */
export async function createIntermediateAuthority(
  issuer: Authority | IntermediateAuthority,
  request: { readonly commonName: string; readonly now: number },
): Promise<IntermediateAuthority> {
  const intermediate = await issueCertificate({
    commonName: request.commonName,
    validFrom: request.now - DAY_MILLISECONDS,
    validTo: request.now + INTERMEDIATE_DAYS * DAY_MILLISECONDS,
    use: 'authority',
    issuer,
  });
  const above = 'intermediatesPem' in issuer ? issuer.intermediatesPem : '';
  return { ...intermediate, intermediatesPem: intermediate.certificatePem + above };
}

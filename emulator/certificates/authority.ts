import { randomBytes } from 'node:crypto';
import { type CertificateAndKey, issueCertificate } from './issue.ts';

/** A certificate authority; `now`, wherever it is asked for, is the machine's time, by which clients judge. */
export interface Authority extends CertificateAndKey {
  /** What a leaf has to present besides itself: this certificate and those up to its root; empty for a root. */
  readonly intermediatesPem: string;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const ROOT_DAYS = 3650;
const INTERMEDIATE_DAYS = 365;

/** Makes a root authority in memory. */
export async function createAuthority(now: number): Promise<Authority> {
  const root = await issueCertificate({
    // Trust stores tell authorities apart by their names, so no two may share one.
    commonNames: [`iothub-emulator local CA ${randomBytes(4).toString('hex')}`],
    validFrom: now - DAY_MILLISECONDS,
    validTo: now + ROOT_DAYS * DAY_MILLISECONDS,
    use: 'authority',
  });
  return { ...root, intermediatesPem: '' };
}

/** Makes an authority in memory that another one signs. */
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

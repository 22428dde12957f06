import { randomBytes } from 'node:crypto';
import { type CertificateAndKey, issueCertificate } from './issue.ts';

/** A certificate authority. Every `now` here is the machine's time, because clients verify certificates by it. */
export interface Authority extends CertificateAndKey {
  /** The PEM certificates that a leaf presents after itself: this one and those up to the root. Empty for a root. */
  readonly intermediatesPem: string;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const ROOT_DAYS = 3650;

/** Creates a root authority in memory. */
export async function createAuthority(now: number): Promise<Authority> {
  const root = await issueCertificate({
    // Trust stores identify authorities by name, so each needs its own.
    commonNames: [`iothub-emulator local CA ${randomBytes(4).toString('hex')}`],
    validFrom: now - DAY_MILLISECONDS,
    validTo: now + ROOT_DAYS * DAY_MILLISECONDS,
    use: 'authority',
  });
  return { ...root, intermediatesPem: '' };
}

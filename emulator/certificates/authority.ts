import { randomBytes } from 'node:crypto';
import { type CertificateAndKey, issueCertificate } from './issue.ts';

/** A root authority. Every `now` here is the machine's time, because clients verify certificates by it. */
export type Authority = CertificateAndKey;

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const ROOT_DAYS = 3650;

/** Creates a root authority in memory. */
export function createAuthority(now: number): Promise<Authority> {
  return issueCertificate({
    // Trust stores identify authorities by name, so each needs its own.
    commonName: `iothub-emulator local CA ${randomBytes(4).toString('hex')}`,
    validFrom: now - DAY_MILLISECONDS,
    validTo: now + ROOT_DAYS * DAY_MILLISECONDS,
    use: 'authority',
  });
}

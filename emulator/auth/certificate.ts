import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { ok, type Result } from '../domain/result.ts';
import { refused } from './refusal-reasons.ts';

/** The digests of a certificate in lower-case hexadecimal. */
export interface Thumbprints {
  readonly sha1: string;
  readonly sha256: string;
}

/** The thumbprints that an identity is registered with. Each is a SHA-1 or a SHA-256 digest in hexadecimal. */
export interface RegisteredThumbprints {
  readonly primaryThumbprint: string | null;
  readonly secondaryThumbprint: string | null;
}

/** Returns the thumbprints of a DER certificate. */
export function thumbprintsOf(certificate: Uint8Array): Thumbprints {
  const digest = (algorithm: string) => createHash(algorithm).update(certificate).digest('hex');
  return { sha1: digest('sha1'), sha256: digest('sha256') };
}

/** Returns true if a DER certificate has one of the registered thumbprints. Letter case and colons are ignored. */
export function matchesThumbprint(certificate: Uint8Array, registered: RegisteredThumbprints): boolean {
  const { sha1, sha256 } = thumbprintsOf(certificate);
  let isMatching = false;
  for (const thumbprint of [registered.primaryThumbprint, registered.secondaryThumbprint]) {
    const expected = thumbprint?.replaceAll(':', '').toLowerCase() ?? '';
    const isEqual = equalsInConstantTime(expected, sha1) || equalsInConstantTime(expected, sha256);
    isMatching = isEqual || isMatching;
  }
  return isMatching;
}

/** Returns the common name of a DER certificate's subject, or undefined if there is none or more than one. */
export function commonNameOf(certificate: Uint8Array): string | undefined {
  const names: unknown = readCertificate(certificate)?.toLegacyObject().subject?.CN;
  return typeof names === 'string' ? names : undefined;
}

/** Verifies that a certificate is valid at `now` (Unix milliseconds). */
export function verifyValidity(certificate: X509Certificate, now: number): Result<void> {
  const { validFrom, validTo } = certificate;
  if (now < Date.parse(validFrom)) {
    return refused('certificate-not-yet-valid', `${describe(certificate)} is valid only from ${validFrom}.`);
  }
  return now <= Date.parse(validTo)
    ? ok(undefined)
    : refused('certificate-expired', `${describe(certificate)} expired on ${validTo}.`);
}

/** Verifies a client that is registered by thumbprint: the presented leaf must match and be valid at `now`. */
export function verifySelfSigned(
  chain: readonly Uint8Array[],
  registered: RegisteredThumbprints,
  now: number,
): Result<void> {
  const leaf = chain[0] && readCertificate(chain[0]);
  if (leaf === undefined) return refused('certificate-malformed');
  if (matchesThumbprint(leaf.raw, registered)) return verifyValidity(leaf, now);
  const { sha1, sha256 } = thumbprintsOf(leaf.raw);
  return refused(
    'thumbprint-mismatch',
    `Thumbprint does not match configuration: Thumbprint: SHA1Hash=${sha1}, SHA2Hash=${sha256}, ` +
      `Configuration: PrimaryThumbprint=${registered.primaryThumbprint}, SecondaryThumbprint=${registered.secondaryThumbprint}`,
  );
}

/** Parses a DER certificate. Returns undefined if it is malformed. */
export function readCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** Returns a phrase that names a certificate by its subject, for messages. */
export function describe(certificate: X509Certificate): string {
  return `The certificate '${certificate.subject.replaceAll('\n', ', ').slice(0, 200)}'`;
}

function equalsInConstantTime(text: string, expected: string): boolean {
  const bytes = Buffer.from(text);
  return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected));
}

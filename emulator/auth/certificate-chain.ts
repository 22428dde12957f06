import type { X509Certificate } from 'node:crypto';
import { failed, ok, type Result } from '../domain/result.ts';
import { commonNameOf, describe, readCertificate, verifyValidity } from './certificate.ts';
import { refused } from './refusal-reasons.ts';

/** A root or intermediate certificate authority that is registered with the hub and verified. */
export type TrustedAuthority = X509Certificate;

// More than any client sends; a bound on what a stranger can make the hub verify.
const MAXIMUM_CHAIN_LENGTH = 16;

/** Reads the certificates of a PEM text, each of which must be an authority. */
export function parseTrustedAuthorities(pem: string): Result<readonly TrustedAuthority[]> {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const authorities: TrustedAuthority[] = [];
  for (const block of blocks) {
    const authority = readCertificate(Buffer.from(block));
    if (authority === undefined)
      return failed('ArgumentInvalid', 'A certificate of the PEM text cannot be read.');
    if (!authority.ca)
      return failed('ArgumentInvalid', `${describe(authority)} is no certificate authority.`);
    authorities.push(authority);
  }
  return authorities.length > 0
    ? ok(authorities)
    : failed('ArgumentInvalid', 'The text holds no PEM certificate.');
}

/** A client registered by authority: the leaf bears the client's id as its only common name and is verified for. */
export function verifyAuthoritySigned(
  chain: readonly Uint8Array[],
  commonName: string,
  authorities: readonly TrustedAuthority[],
  now: number,
): Result<void> {
  const verified = verifyChain(chain, authorities, now);
  if (!verified.ok) return verified;
  const presented = chain[0] && commonNameOf(chain[0]);
  if (presented === commonName) return verified;
  const shown =
    presented === undefined ? 'no single common name' : `the common name '${presented.slice(0, 260)}'`;
  return refused('common-name-mismatch', `The certificate has ${shown}, expected '${commonName}'.`);
}

/**
 * Whether the leaf (first of the presented DER certificates) chains through the presented ones to a registered
 * authority, with every certificate on the way inside its validity. The walk ends at the first registered
 * authority, be it root or intermediate. Revocation is not asked for, and path lengths are not counted.
 */
export function verifyChain(
  chain: readonly Uint8Array[],
  authorities: readonly TrustedAuthority[],
  now: number,
): Result<void> {
  const presented: X509Certificate[] = [];
  for (const der of chain.slice(0, MAXIMUM_CHAIN_LENGTH)) {
    const certificate = readCertificate(der);
    if (certificate === undefined) return refused('certificate-malformed');
    presented.push(certificate);
  }
  const [leaf, ...issuers] = presented;
  if (leaf === undefined) return refused('certificate-malformed');
  return verifyPath(leaf, new Set(issuers), authorities, now);
}

// Each presented issuer is climbed from once, so certificates that sign each other in a circle cost nothing.
function verifyPath(
  certificate: X509Certificate,
  untried: Set<X509Certificate>,
  authorities: readonly TrustedAuthority[],
  now: number,
): Result<void> {
  const validity = verifyValidity(certificate, now);
  if (!validity.ok) return validity;
  let refusal: Result<void> | undefined;
  for (const authority of authorities) {
    if (!isIssuedBy(certificate, authority)) continue;
    const outcome = verifyValidity(authority, now);
    if (outcome.ok) return outcome;
    refusal = outcome;
  }
  for (const issuer of untried) {
    if (!isIssuedBy(certificate, issuer)) continue;
    untried.delete(issuer);
    const outcome = verifyPath(issuer, untried, authorities, now);
    if (outcome.ok) return outcome;
    refusal ??= outcome;
  }
  return (
    refusal ??
    refused('untrusted-authority', `${describe(certificate)} was issued by no registered authority.`)
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that OpenSSL does not know.
    return false;
  }
}

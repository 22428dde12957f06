import type { X509Certificate } from 'node:crypto';
import { failed, ok, type Result } from '../domain/result.ts';
import { commonNameOf, describe, readCertificate, verifyValidity } from './certificate.ts';
import { refused } from './refusal-reasons.ts';

/** A root or intermediate certificate authority that is registered with the hub and verified. */
export type TrustedAuthority = X509Certificate;

// Longer than any chain that a client sends. It limits the work that an unauthenticated client can cause.
const MAXIMUM_CHAIN_LENGTH = 16;

/** Parses the certificates of a PEM text, or fails with `ArgumentInvalid`. Each must be a certificate authority. */
export function parseTrustedAuthorities(pem: string): Result<readonly TrustedAuthority[]> {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  const authorities: TrustedAuthority[] = [];
  for (const block of blocks) {
    const authority = readCertificate(Buffer.from(block));
    if (authority === undefined)
      return failed('ArgumentInvalid', 'A certificate in the PEM text is malformed.');
    if (!authority.ca)
      return failed('ArgumentInvalid', `${describe(authority)} is not a certificate authority.`);
    authorities.push(authority);
  }
  return authorities.length > 0
    ? ok(authorities)
    : failed('ArgumentInvalid', 'The text contains no PEM certificate.');
}

/**
 * Verifies a client that is registered with certificate authority authentication. The only common name of the leaf must
 * be the client's id. The chain must lead to a registered authority.
 */
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
 * Verifies that the leaf, the first of the presented DER certificates, chains to a registered authority. Other
 * presented certificates can be issuers, in any order. Each certificate of the path must be valid at `now`. The path
 * ends at the first registered authority, root or intermediate. Revocation and path lengths are not checked.
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

// Each presented issuer is tried once, so certificates that sign each other in a circle do not cause a loop.
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
    refused('untrusted-authority', `${describe(certificate)} was not issued by a registered authority.`)
  );
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // OpenSSL does not support this type of key.
    return false;
  }
}

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Authority } from './authority.ts';
import { type CertificateAndKey, issueCertificate } from './issue.ts';

/** A device's or module's certificate with its digests, in lower-case hex as a registry takes them. */
export interface ClientCertificate extends CertificateAndKey {
  readonly thumbprints: { readonly sha1: string; readonly sha256: string };
}

/** What a client's certificate shall say; the common name is `deviceId` or `deviceId/moduleId`. */
export interface ClientCertificateRequest {
  readonly commonName: string | readonly string[];
  /** The machine's time. */
  readonly now: number;
  /** Who signs; without it the certificate signs itself. */
  readonly authority?: Authority;
  /** Unix milliseconds; a day before `now` unless told. */
  readonly validFrom?: number;
  /** Unix milliseconds; a year after `now` unless told. */
  readonly validTo?: number;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const LEAF_DAYS = 365;

/**
 * Makes the server's certificate for DNS names and IP addresses. It is presented without its root: with the root in
 * the chain OpenSSL reports another error to clients that do not trust it.
 */
export async function createServerLeaf(
  authority: Authority,
  request: { readonly names: readonly string[]; readonly now: number },
): Promise<CertificateAndKey> {
  const leaf = await issueCertificate({
    // A DNS name can be longer than a common name may be, and no client of ours reads this one.
    commonNames: ['iothub-emulator'],
    ...validityOf(request),
    use: 'server',
    alternativeNames: request.names.map(
      (name) => ({ type: isIP(name) ? 'ip' : 'dns', value: name }) as const,
    ),
    issuer: authority,
  });
  return withIntermediates(leaf, authority);
}

/** Makes the certificate of a device or module, signed by an authority or by itself. */
export async function createClientCertificate(request: ClientCertificateRequest): Promise<ClientCertificate> {
  const { authority, commonName } = request;
  const leaf = await issueCertificate({
    commonNames: typeof commonName === 'string' ? [commonName] : commonName,
    ...validityOf(request),
    use: 'client',
    ...(authority && { issuer: authority }),
  });
  const { fingerprint, fingerprint256 } = new X509Certificate(leaf.certificatePem);
  const thumbprints = { sha1: bareHex(fingerprint), sha256: bareHex(fingerprint256) };
  return { ...withIntermediates(leaf, authority), thumbprints };
}

function validityOf(request: {
  readonly now: number;
  readonly validFrom?: number;
  readonly validTo?: number;
}) {
  return {
    // Clients and containers whose clocks are behind shall not stumble.
    validFrom: request.validFrom ?? request.now - DAY_MILLISECONDS,
    validTo: request.validTo ?? request.now + LEAF_DAYS * DAY_MILLISECONDS,
  };
}

function withIntermediates(leaf: CertificateAndKey, authority: Authority | undefined): CertificateAndKey {
  return { keyPem: leaf.keyPem, certificatePem: leaf.certificatePem + (authority?.intermediatesPem ?? '') };
}

function bareHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

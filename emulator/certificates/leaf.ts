import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Authority } from './authority.ts';
import { type CertificateAndKey, issueCertificate } from './issue.ts';

/** The certificate of a device or module with its thumbprints in lower-case hexadecimal, as the registry accepts them. */
export interface ClientCertificate extends CertificateAndKey {
  readonly thumbprints: { readonly sha1: string; readonly sha256: string };
}

/** The content of a client certificate. The common name is `deviceId` or `deviceId/moduleId`. */
export interface ClientCertificateRequest {
  readonly commonName: string;
  /** The machine's time. */
  readonly now: number;
  /** The authority that signs. Default: the certificate is self-signed. */
  readonly authority?: Authority;
}

/** The content of a server certificate. */
export interface ServerLeafRequest {
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  /** The machine's time. */
  readonly now: number;
  /** The RSA key of the certificate. Default: a new P-256 key. */
  readonly rsaKeyPem?: string;
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const LEAF_DAYS = 365;

/**
 * Creates the server certificate for DNS names and IP addresses. The root is not included. Otherwise OpenSSL reports
 * another error to clients that do not trust it.
 */
export function createServerLeaf(
  authority: Authority,
  request: ServerLeafRequest,
): Promise<CertificateAndKey> {
  return issueCertificate({
    // A DNS name can be longer than a common name. Clients do not read the common name of a server.
    commonName: 'iothub-emulator',
    ...validityAt(request.now),
    use: 'server',
    alternativeNames: request.names.map(
      (name) => ({ type: isIP(name) ? 'ip' : 'dns', value: name }) as const,
    ),
    issuer: authority,
    ...(request.rsaKeyPem === undefined ? {} : { rsaKeyPem: request.rsaKeyPem }),
  });
}

/** Creates the certificate of a device or module, signed by an authority or by itself. */
export async function createClientCertificate(request: ClientCertificateRequest): Promise<ClientCertificate> {
  const { authority, commonName } = request;
  const leaf = await issueCertificate({
    commonName,
    ...validityAt(request.now),
    use: 'client',
    ...(authority && { issuer: authority }),
  });
  const { fingerprint, fingerprint256 } = new X509Certificate(leaf.certificatePem);
  const thumbprints = { sha1: bareHex(fingerprint), sha256: bareHex(fingerprint256) };
  return { ...leaf, thumbprints };
}

function validityAt(now: number) {
  return {
    // The clock of a client or a container may be behind.
    validFrom: now - DAY_MILLISECONDS,
    validTo: now + LEAF_DAYS * DAY_MILLISECONDS,
  };
}

function bareHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

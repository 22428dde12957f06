import { randomBytes, webcrypto } from 'node:crypto';
import type { Extension, PublicKeyType } from '@peculiar/x509';
import { importRsaKey } from './rsa-key.ts';

/** A certificate and its PKCS #8 key. Both are PEM. */
export interface CertificateAndKey {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A subject alternative name of a certificate. */
export interface AlternativeName {
  readonly type: 'dns' | 'ip';
  readonly value: string;
}

/** The content of a certificate to issue. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Unix milliseconds. */
  readonly validFrom: number;
  /** Unix milliseconds. */
  readonly validTo: number;
  readonly use: 'authority' | 'server' | 'client';
  readonly alternativeNames?: readonly AlternativeName[];
  /** The issuer that signs. Default: the certificate is self-signed. */
  readonly issuer?: CertificateAndKey;
  /** The RSA key of a certificate with an issuer. Default: a new P-256 key. */
  readonly rsaKeyPem?: string;
}

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' };

/** Creates the certificate of a new P-256 key or of an RSA key. The certificates of the issuers are not included. */
export async function issueCertificate(request: CertificateRequest): Promise<CertificateAndKey> {
  const { Name, X509Certificate, X509CertificateGenerator } = await loadLibrary();
  const keys = await keysOf(request);
  const issuer = request.issuer && new X509Certificate(firstCertificateOf(request.issuer.certificatePem));
  const subject = new Name([{ CN: [{ utf8String: request.commonName }] }]);
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: randomSerialNumber(),
      subject,
      issuer: issuer?.subjectName ?? subject,
      notBefore: new Date(request.validFrom),
      notAfter: new Date(request.validTo),
      publicKey: keys.publicKey,
      signingKey: request.issuer ? await importKey(request.issuer.keyPem) : keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: await extensionsOf(request, keys.publicKey, issuer?.publicKey ?? keys.publicKey),
    },
    webcrypto,
  );
  return {
    certificatePem: formatPem('CERTIFICATE', certificate.rawData),
    keyPem: keys.keyPem,
  };
}

async function keysOf({ rsaKeyPem }: CertificateRequest) {
  if (rsaKeyPem !== undefined) return { ...(await importRsaKey(rsaKeyPem)), keyPem: rsaKeyPem };
  const { publicKey, privateKey } = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const keyPem = formatPem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', privateKey));
  return { publicKey, privateKey, keyPem };
}

// Loading takes a tenth of a second, so a command without certificates does not load it.
const loadLibrary = () => import('@peculiar/x509');

// Python 3.13 and urllib3 verify strictly and refuse certificates without key identifiers.
async function extensionsOf(
  request: CertificateRequest,
  subjectKey: PublicKeyType,
  issuerKey: PublicKeyType,
): Promise<Extension[]> {
  const x509 = await loadLibrary();
  const { digitalSignature, keyCertSign, cRLSign, keyEncipherment } = x509.KeyUsageFlags;
  const isAuthority = request.use === 'authority';
  // Cipher suites without a Diffie-Hellman exchange encrypt to the key of the server.
  const leafUsages = request.rsaKeyPem === undefined ? digitalSignature : digitalSignature | keyEncipherment;
  const usages = isAuthority ? digitalSignature | keyCertSign | cRLSign : leafUsages;
  const extensions: Extension[] = [
    new x509.BasicConstraintsExtension(isAuthority, undefined, true),
    new x509.KeyUsagesExtension(usages, true),
    await x509.SubjectKeyIdentifierExtension.create(subjectKey, false, webcrypto),
    await x509.AuthorityKeyIdentifierExtension.create(issuerKey, false, webcrypto),
  ];
  if (!isAuthority) {
    const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
    extensions.push(new x509.ExtendedKeyUsageExtension([request.use === 'client' ? clientAuth : serverAuth]));
  }
  if (request.alternativeNames) {
    extensions.push(new x509.SubjectAlternativeNameExtension([...request.alternativeNames]));
  }
  return extensions;
}

// The file of a local authority may contain more certificates after its own.
function firstCertificateOf(pem: string): string {
  const end = '-----END CERTIFICATE-----';
  return pem.slice(0, pem.indexOf(end) + end.length);
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, P256, false, ['sign']);
}

// RFC 5280 requires a positive number of at most 20 bytes.
function randomSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function formatPem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

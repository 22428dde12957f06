import { webcrypto, X509Certificate } from 'node:crypto';
import { Name, X509CertificateGenerator } from '@peculiar/x509';
import type { Authority } from '../../emulator/certificates/authority.ts';
import { type CertificateAndKey, issueCertificate } from '../../emulator/certificates/issue.ts';

/** Creates the certificate of a client with a validity of its own (Unix milliseconds). */
export function issueClientCertificate(request: {
  readonly commonName: string;
  readonly validFrom: number;
  readonly validTo: number;
  readonly issuer?: Authority;
}): Promise<CertificateAndKey> {
  return issueCertificate({ ...request, use: 'client' });
}

/** Creates a self-signed certificate whose subject has any number of common names. Returns its DER bytes. */
export async function createDerWithCommonNames(commonNames: readonly string[]): Promise<Buffer> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const name = new Name(commonNames.map((commonName) => ({ CN: [{ utf8String: commonName }] })));
  const certificate = await X509CertificateGenerator.createSelfSigned(
    { name, keys, signingAlgorithm: algorithm },
    webcrypto,
  );
  return new X509Certificate(Buffer.from(certificate.rawData)).raw;
}

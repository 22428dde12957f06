import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Where systems keep what OpenSSL and curl trust by default, a company's own authorities included. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** The certificates of the system's bundle; none where there is no such file. */
export function readSystemCertificates(): readonly string[] {
  for (const path of SYSTEM_BUNDLES) {
    const certificates = readCertificates(path);
    if (certificates.length > 0) return certificates;
  }
  return [];
}

/** The PEM certificates in a file, or in the files of a folder; none where it cannot be read. */
export function readCertificates(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return readFile(path);
    return readdirSync(path).flatMap((name) => readFile(join(path, name)));
  } catch {
    return [];
  }
}

/** One PEM bundle of all certificates, each of them once: programs in Python load it anew for every request. */
export function formatBundle(certificates: readonly string[]): string {
  return `${distinctCertificates(certificates).join('\n')}\n`;
}

/** Each certificate once: Node and the systems break the lines of the same one at different places. */
export function distinctCertificates(certificates: readonly string[]): readonly string[] {
  const distinct = new Map<string, string>();
  for (const certificate of certificates) {
    const key = certificate.replaceAll(/\s/g, '');
    if (!distinct.has(key)) distinct.set(key, certificate.replaceAll('\r', '').trim());
  }
  return [...distinct.values()];
}

function readFile(path: string): readonly string[] {
  if (!statSync(path).isFile()) return [];
  return readFileSync(path, 'latin1').match(CERTIFICATE) ?? [];
}

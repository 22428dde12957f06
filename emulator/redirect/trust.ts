import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The files of certificates that OpenSSL and curl trust by default. They include the authorities of a company. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Returns the certificates of the system's bundle. The list is empty if there is no such file. */
export function readSystemCertificates(): readonly string[] {
  for (const path of SYSTEM_BUNDLES) {
    const certificates = readCertificates(path);
    if (certificates.length > 0) return certificates;
  }
  return [];
}

/** Returns the PEM certificates in a file or in the files of a folder. The list is empty if it cannot be read. */
export function readCertificates(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return readFile(path);
    return readdirSync(path).flatMap((name) => readFile(join(path, name)));
  } catch {
    return [];
  }
}

/** Formats one PEM bundle with each certificate once. It is short because Python programs load it for every request. */
export function formatBundle(certificates: readonly string[]): string {
  return `${distinctCertificates(certificates).join('\n')}\n`;
}

/** Returns each certificate once. Node and the systems break the lines of one certificate differently. */
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

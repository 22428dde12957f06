import { execFileSync, spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../../emulator/certificates/authority.ts';
import type { CertificateAndKey } from '../../emulator/certificates/issue.ts';
import { createClientCertificate, createServerLeaf } from '../../emulator/certificates/leaf.ts';
import { createIntermediateAuthority } from './intermediate-authority.ts';
import { issueClientCertificate } from './unusual-certificate.ts';

const OPENSSL = 'openssl';
const now = Date.now();
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const countOf = (pem: string) => pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;

describe('certificate', () => {
  let root: Authority;
  let intermediate: Authority;
  beforeAll(async () => {
    root = await createAuthority(now);
    intermediate = await createIntermediateAuthority(root, { commonName: 'factory', now });
  });

  it('is self-signed with P-256 and valid for ten years if it is a root authority', () => {
    const certificate = new X509Certificate(root.certificatePem);
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toMatch(/^CN=iothub-emulator local CA [0-9a-f]{8}$/);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const years = (Date.parse(certificate.validTo) - now) / (365 * 24 * 60 * 60 * 1000);
    expect(years).toBeGreaterThan(9.9);
    expect(years).toBeLessThan(10.1);
  });

  it('has every DNS name and IP address, without the root, if it is a server certificate', async () => {
    const names = ['localhost', 'hub1.iothub.test', '*.azure-devices.net', '127.0.0.1', '::1'];
    const leaf = await createServerLeaf(root, { names, now });
    const certificate = new X509Certificate(leaf.certificatePem);
    expect(countOf(leaf.certificatePem)).toBe(1);
    expect(certificate.subjectAltName).toBe(
      'DNS:localhost, DNS:hub1.iothub.test, DNS:*.azure-devices.net, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(certificate.checkHost('HUB1.iothub.test')).toBeDefined();
    expect(certificate.checkHost('myhub.azure-devices.net')).toBeDefined();
    expect(certificate.checkIP('::1')).toBeDefined();
    expect(certificate.checkHost('other.iothub.test')).toBeUndefined();
    expect(certificate.keyUsage).toEqual([SERVER_AUTH]);
    expect(certificate.ca).toBe(false);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    // Apple's clients refuse a server certificate that is valid for longer.
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBeLessThan(
      398 * 86_400_000,
    );
  });

  it('is self-signed or signed by an authority, without the authority, if it is a client certificate', async () => {
    const self = await createClientCertificate({ commonName: 'd', now });
    const byRoot = await createClientCertificate({ commonName: 'd/m', now, authority: root });
    const byFactory = await createClientCertificate({ commonName: 'd/m', now, authority: intermediate });
    const [selfX509, rootX509, factoryX509] = [self, byRoot, byFactory].map(
      ({ certificatePem }) => new X509Certificate(certificatePem),
    );
    expect(selfX509?.verify(selfX509.publicKey)).toBe(true);
    expect(rootX509?.verify(new X509Certificate(root.certificatePem).publicKey)).toBe(true);
    expect(factoryX509?.verify(new X509Certificate(intermediate.certificatePem).publicKey)).toBe(true);
    expect([self, byRoot, byFactory].map(({ certificatePem }) => countOf(certificatePem))).toEqual([1, 1, 1]);
    expect(rootX509?.keyUsage).toEqual([CLIENT_AUTH]);
    expect(rootX509?.subject).toBe('CN=d/m');
  });

  it('has the requested validity, so that tests can use an expired one', async () => {
    const certificate = await issueClientCertificate({
      commonName: 'd',
      validFrom: Date.UTC(2020, 0, 1),
      validTo: Date.UTC(2021, 0, 1),
    });
    const x509 = new X509Certificate(certificate.certificatePem);
    expect([x509.validFrom, x509.validTo]).toEqual(['Jan  1 00:00:00 2020 GMT', 'Jan  1 00:00:00 2021 GMT']);
  });

  it('has a matching private key in PKCS #8', async () => {
    const leaf = await createServerLeaf(root, { names: ['localhost'], now });
    const client = await createClientCertificate({ commonName: 'd', now });
    for (const { certificatePem, keyPem } of [root, intermediate, leaf, client]) {
      expect(keyPem).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^-]+\n-----END PRIVATE KEY-----\n$/);
      expect(new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    }
  });

  describe.skipIf(!hasOpenssl)('leaf under strict verification by OpenSSL, as Python 3.13 does it', () => {
    function verify(purpose: string, leaf: CertificateAndKey, untrusted = ''): string {
      const directory = mkdtempSync(join(tmpdir(), 'iothub-emulator-openssl-'));
      const files = { ca: root.certificatePem, untrusted, leaf: leaf.certificatePem };
      for (const [name, pem] of Object.entries(files)) writeFileSync(join(directory, name), pem);
      const extra = untrusted ? ['-untrusted', 'untrusted'] : [];
      const options = ['-x509_strict', '-purpose', purpose, '-CAfile', 'ca', ...extra, 'leaf'];
      try {
        return execFileSync(OPENSSL, ['verify', ...options], { cwd: directory, encoding: 'utf8' }).trim();
      } finally {
        rmSync(directory, { recursive: true });
      }
    }

    it('is valid as server and as client certificate, directly and through an intermediate', async () => {
      const leaf = await createServerLeaf(root, { names: ['localhost', '127.0.0.1'], now });
      const deepLeaf = await createServerLeaf(intermediate, { names: ['localhost'], now });
      const client = await createClientCertificate({ commonName: 'd/m', now, authority: root });
      expect(verify('sslserver', leaf)).toBe('leaf: OK');
      expect(verify('sslclient', client)).toBe('leaf: OK');
      expect(verify('sslserver', deepLeaf, intermediate.certificatePem)).toBe('leaf: OK');
    });
  });
});

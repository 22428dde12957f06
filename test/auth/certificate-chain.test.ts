import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  parseTrustedAuthorities,
  type TrustedAuthority,
  verifyAuthoritySigned,
  verifyChain,
} from '../../emulator/auth/certificate-chain.ts';
import { type Authority, createAuthority } from '../../emulator/certificates/authority.ts';
import { issueCertificate } from '../../emulator/certificates/issue.ts';
import { type ClientCertificate, createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { createIntermediateAuthority } from '../certificates/intermediate-authority.ts';
import { issueClientCertificate } from '../certificates/unusual-certificate.ts';

const NOW = Date.UTC(2030, 5, 1);
const DAY = 24 * 60 * 60 * 1000;

function derOf(...pems: readonly { readonly certificatePem: string }[]): Buffer[] {
  return pems.map((pem) => new X509Certificate(pem.certificatePem).raw);
}

function trust(...pems: readonly { readonly certificatePem: string }[]): readonly TrustedAuthority[] {
  const authorities = parseTrustedAuthorities(pems.map((pem) => pem.certificatePem).join('\n'));
  if (!authorities.ok) throw new Error(authorities.error.message);
  return authorities.value;
}

function reasonOf(result: ReturnType<typeof verifyChain>): string | undefined {
  return result.ok ? 'accepted' : result.error.reason;
}

describe('client registered by certificate authority', () => {
  let root: Authority;
  let otherRoot: Authority;
  let upper: Authority;
  let lower: Authority;
  let direct: ClientCertificate;
  let deep: ClientCertificate;
  beforeAll(async () => {
    root = await createAuthority(NOW);
    otherRoot = await createAuthority(NOW);
    upper = await createIntermediateAuthority(root, { commonName: 'upper', now: NOW });
    lower = await createIntermediateAuthority(upper, { commonName: 'lower', now: NOW });
    direct = await createClientCertificate({ commonName: 'd/m', now: NOW, authority: root });
    deep = await createClientCertificate({ commonName: 'd', now: NOW, authority: lower });
  });

  it('is accepted with the leaf alone if the root signed it', () => {
    expect(reasonOf(verifyAuthoritySigned(derOf(direct), 'd/m', trust(otherRoot, root), NOW))).toBe(
      'accepted',
    );
  });

  it('is accepted through the intermediates that it presents, in any order and among unrelated certificates', () => {
    for (const chain of [
      derOf(deep, lower, upper),
      derOf(deep, lower, upper, root),
      derOf(deep, upper, otherRoot, direct, lower, lower),
    ]) {
      expect(reasonOf(verifyAuthoritySigned(chain, 'd', trust(otherRoot, root), NOW))).toBe('accepted');
    }
  });

  it('needs to present only the certificates up to a registered intermediate', () => {
    expect(reasonOf(verifyChain(derOf(deep), trust(lower), NOW))).toBe('accepted');
    expect(reasonOf(verifyChain(derOf(deep, lower), trust(upper), NOW))).toBe('accepted');
    expect(reasonOf(verifyChain(derOf(deep), trust(upper), NOW))).toBe('untrusted-authority');
  });

  it('is refused if an issuer is missing, is not registered or is not an authority', async () => {
    const { certificatePem, keyPem } = direct;
    const fromLeaf = await createClientCertificate({
      commonName: 'd',
      now: NOW,
      authority: { certificatePem, keyPem },
    });
    const self = await createClientCertificate({ commonName: 'd', now: NOW });
    const rows: readonly (readonly [Buffer[], readonly TrustedAuthority[]])[] = [
      [derOf(deep, upper), trust(root)],
      [derOf(deep, lower), trust(root)],
      [derOf(deep, lower, upper), trust(otherRoot)],
      [derOf(deep, lower, upper), []],
      [derOf(fromLeaf, direct), trust(root)],
      [derOf(self), trust(root)],
      [derOf(self, root), trust(root)],
    ];
    for (const [chain, authorities] of rows) {
      expect(reasonOf(verifyChain(chain, authorities, NOW))).toBe('untrusted-authority');
    }
  });

  it('is refused if an authority with a registered name but another key signed the certificate', async () => {
    const forged = await issueCertificate({
      commonName: new X509Certificate(root.certificatePem).subject.replace('CN=', ''),
      validFrom: NOW - DAY,
      validTo: NOW + DAY,
      use: 'authority',
    });
    const leaf = await createClientCertificate({
      commonName: 'd',
      now: NOW,
      authority: forged,
    });
    expect(reasonOf(verifyChain(derOf(leaf, forged), trust(root), NOW))).toBe('untrusted-authority');
  });

  it.each(['d', 'd/M', 'D/m', 'd/m/', 'm', ''])(
    'is refused as client %j with the common name d/m',
    (commonName) => {
      const verdict = verifyAuthoritySigned(derOf(direct), commonName, trust(root), NOW);
      expect(reasonOf(verdict)).toBe('common-name-mismatch');
    },
  );

  it('is refused if the leaf, an intermediate or the authority is expired or not yet valid', async () => {
    const expired = await issueClientCertificate({
      commonName: 'd',
      issuer: root,
      validFrom: NOW - 3 * DAY,
      validTo: NOW - DAY,
    });
    expect(reasonOf(verifyChain(derOf(expired), trust(root), NOW))).toBe('certificate-expired');
    expect(reasonOf(verifyChain(derOf(expired), trust(root), NOW - 4 * DAY))).toBe(
      'certificate-not-yet-valid',
    );
    const lasting = { commonName: 'd', validFrom: NOW - DAY, validTo: NOW + 9000 * DAY };
    const byLower = await issueClientCertificate({ ...lasting, issuer: lower });
    const later = NOW + 500 * DAY;
    expect(reasonOf(verifyChain(derOf(byLower, lower, upper), trust(root), later))).toBe(
      'certificate-expired',
    );
    const byRoot = await issueClientCertificate({ ...lasting, issuer: root });
    expect(reasonOf(verifyChain(derOf(byRoot), trust(root), later))).toBe('accepted');
    expect(reasonOf(verifyChain(derOf(byRoot), trust(root), NOW + 4000 * DAY))).toBe('certificate-expired');
  });

  it('is refused with a long chain of unregistered authorities and with malformed certificates', async () => {
    const first = await createAuthority(NOW);
    const second = await createIntermediateAuthority(first, { commonName: 'second', now: NOW });
    const leaf = await createClientCertificate({ commonName: 'd', now: NOW, authority: second });
    const nowhere = derOf(leaf, ...Array.from({ length: 40 }, (_, index) => (index % 2 ? first : second)));
    expect(reasonOf(verifyChain(nowhere, trust(root), NOW))).toBe('untrusted-authority');
    expect(reasonOf(verifyChain([], trust(root), NOW))).toBe('certificate-malformed');
    const withJunk = [...derOf(leaf), Buffer.from('junk')];
    expect(reasonOf(verifyChain(withJunk, trust(root), NOW))).toBe('certificate-malformed');
  });
});

describe('parseTrustedAuthorities', () => {
  it('parses a PEM text with comments and several certificates', async () => {
    const first = await createAuthority(NOW);
    const second = await createIntermediateAuthority(first, { commonName: 'second', now: NOW });
    const pem = `# ours\n${first.certificatePem}\n\nsecond:\n${second.certificatePem}`;
    const authorities = parseTrustedAuthorities(pem);
    expect(authorities).toMatchObject({ ok: true, value: { length: 2 } });
  });

  it('refuses a certificate that is not an authority, a malformed one and a text without certificates', async () => {
    const leaf = await createClientCertificate({ commonName: 'd', now: NOW });
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    for (const pem of [leaf.certificatePem, broken, '', leaf.keyPem]) {
      expect(parseTrustedAuthorities(pem)).toMatchObject({ ok: false, error: { name: 'ArgumentInvalid' } });
    }
  });
});

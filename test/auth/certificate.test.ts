import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  commonNameOf,
  matchesThumbprint,
  thumbprintsOf,
  verifySelfSigned,
} from '../../emulator/auth/certificate.ts';
import { type ClientCertificate, createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { createDerWithCommonNames } from '../certificates/unusual-certificate.ts';

const NOW = Date.UTC(2030, 5, 1);
const DAY = 24 * 60 * 60 * 1000;
const derOf = (certificate: ClientCertificate) => new X509Certificate(certificate.certificatePem).raw;
const only = (primaryThumbprint: string | null) => ({ primaryThumbprint, secondaryThumbprint: null });

describe('client registered by thumbprint', () => {
  let certificate: ClientCertificate;
  let other: ClientCertificate;
  let der: Buffer;
  beforeAll(async () => {
    certificate = await createClientCertificate({ commonName: 'd', now: NOW });
    other = await createClientCertificate({ commonName: 'd', now: NOW });
    der = derOf(certificate);
  });

  it('has the thumbprints that createClientCertificate returned', () => {
    expect(thumbprintsOf(der)).toEqual(certificate.thumbprints);
    expect(certificate.thumbprints.sha1).toMatch(/^[0-9a-f]{40}$/);
    expect(certificate.thumbprints.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is accepted by SHA-1 or SHA-256, primary or secondary, in any letter case, with or without colons', () => {
    const { sha1, sha256 } = certificate.thumbprints;
    const foreign = other.thumbprints;
    for (const text of [sha1, sha256, sha1.toUpperCase(), sha256.replace(/..(?!$)/g, '$&:').toUpperCase()]) {
      expect(matchesThumbprint(der, only(text))).toBe(true);
      expect(matchesThumbprint(der, { primaryThumbprint: foreign.sha1, secondaryThumbprint: text })).toBe(
        true,
      );
    }
    expect(verifySelfSigned([der], only(sha1), NOW)).toEqual({ ok: true, value: undefined });
  });

  it.each([null, '', '0'.repeat(40), '0'.repeat(64), 'é'.repeat(40), 'abc'])(
    'is refused if the registered thumbprint is %j',
    (text) => {
      const verdict = verifySelfSigned([der], only(text), NOW);
      expect(verdict).toMatchObject({ ok: false, error: { reason: 'thumbprint-mismatch' } });
      if (!verdict.ok) expect(verdict.error.message).toContain(certificate.thumbprints.sha256);
    },
  );

  it('is refused with another certificate of the same common name', () => {
    const verdict = verifySelfSigned([derOf(other)], only(certificate.thumbprints.sha256), NOW);
    expect(verdict).toMatchObject({ error: { name: 'IotHubUnauthorized', reason: 'thumbprint-mismatch' } });
  });

  it.each([
    [NOW - 2 * DAY, 'certificate-not-yet-valid'],
    [NOW + 400 * DAY, 'certificate-expired'],
  ])('is refused at %d ms with %s', (now, reason) => {
    const verdict = verifySelfSigned([der], only(certificate.thumbprints.sha1), now);
    expect(verdict).toMatchObject({ error: { reason } });
  });

  it('is refused with malformed bytes or without a certificate', () => {
    const thumbprint = only(thumbprintsOf(Buffer.from('junk')).sha1);
    for (const chain of [[Buffer.from('junk')], [Buffer.alloc(0)], []]) {
      expect(verifySelfSigned(chain, thumbprint, NOW)).toMatchObject({
        error: { reason: 'certificate-malformed' },
      });
    }
  });
});

describe('common name of a certificate', () => {
  it.each([
    'device01',
    'device01/module01',
    '/x',
    "AZaz09-:.+%_#*?!(),=@;$'",
    '#616263',
    ', O=someone else',
    'a\\/b',
    '"quoted"',
    ' spaced ',
    'gerät',
    'd'.repeat(128).concat('/', 'm'.repeat(128)),
  ])('is returned as it was issued: %j', async (commonName) => {
    const certificate = await createClientCertificate({ commonName, now: NOW });
    expect(commonNameOf(derOf(certificate))).toBe(commonName);
  });

  it('is undefined if the subject has two common names', async () => {
    expect(commonNameOf(await createDerWithCommonNames(['d', 'other']))).toBeUndefined();
  });

  it('is undefined if the subject has none or the certificate is malformed', async () => {
    expect(commonNameOf(await createDerWithCommonNames([]))).toBeUndefined();
    expect(commonNameOf(Buffer.from('junk'))).toBeUndefined();
  });
});

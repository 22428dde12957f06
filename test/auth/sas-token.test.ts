import { createHmac } from 'node:crypto';
import azureCommon from 'azure-iot-common';
import deviceSas from 'azure-iot-device/dist/shared_access_signature.js';
import serviceSas from 'azure-iothub/dist/shared_access_signature.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLOCK_SKEW_MILLISECONDS,
  isExpired,
  parseSasToken,
  type SasToken,
  verifySasSignature,
  verifySasToken,
} from '../../emulator/auth/sas-token.ts';
import { formatSasToken } from './format-sas-token.ts';

const HOST = 'hub1.iothub.test';
const KEY = Buffer.from('a primary key of thirty-two byte').toString('base64');
const OTHER_KEY = Buffer.from('a second key of thirty-two bytes').toString('base64');
const EXPIRY = 1_900_000_000;
const NOW = 1_800_000_000_000;

function sign(key: string, resource: string, expiry: number | string = EXPIRY): string {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
}

function parsed(text: string): SasToken {
  const result = parseSasToken(text);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function reasonOf(result: { ok: true } | { ok: false; error: { reason?: string } }): string | undefined {
  return result.ok ? 'accepted' : result.error.reason;
}

const lowerHexEscapes = (text: string) =>
  encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());

interface TokenSample {
  readonly client: string;
  readonly path: readonly string[];
  readonly token: string;
}

const DEVICE = "dev-1+%2F='!*()";
const MODULE = 'edge.$hub:1';

function createTokenSamples(deviceId: string): readonly TokenSample[] {
  const audience = `${HOST}/devices/${deviceId}`;
  const formEncode = (text: string) => new URLSearchParams({ v: text }).toString().slice(2);
  const path = ['devices', deviceId];
  const whole = encodeURIComponent(audience);
  const lower = lowerHexEscapes(audience);
  const dotNet = formEncode(`${HOST}/devices/${formEncode(deviceId)}`);
  const java = `${HOST}/devices/${formEncode(deviceId)}`;
  const rawSignature = sign(KEY, whole);
  const withPort = encodeURIComponent(`${HOST}:18883/devices/${deviceId}`);
  const upperHost = encodeURIComponent(`${HOST.toUpperCase()}/devices/${deviceId}`);
  const oldCode = `${HOST}/devices/${deviceId}/api-version=2016-11-14`;
  const token = (resource: string, signature: string) =>
    `SharedAccessSignature sr=${resource}&sig=${signature}&se=${EXPIRY}`;
  return [
    { client: 'Python', path, token: token(whole, encodeURIComponent(sign(KEY, whole))) },
    {
      client: 'Python service, which does not encode the slashes of the signature',
      path,
      token: token(whole, encodeURIComponent(rawSignature).replaceAll('%2F', '/')),
    },
    { client: '.NET, which encodes the id twice', path, token: token(dotNet, formEncode(sign(KEY, dotNet))) },
    {
      client: 'Java, which does not encode slashes and orders the fields differently',
      path,
      token: `SharedAccessSignature sig=${formEncode(sign(KEY, java))}&se=${EXPIRY}&sr=${java}`,
    },
    {
      client: 'C, which encodes nothing and adds an empty policy name',
      path,
      token: `${token(audience, lowerHexEscapes(sign(KEY, audience)))}&skn=`,
    },
    {
      client: 'a sample with lower-case escapes',
      path,
      token: token(lower, lowerHexEscapes(sign(KEY, lower))),
    },
    { client: 'a hand-written client with a bare base64 signature', path, token: token(whole, rawSignature) },
    {
      client: 'aziot-identityd, which writes everything in lower case',
      path,
      token: token(audience.toLowerCase(), formEncode(sign(KEY, audience.toLowerCase()))),
    },
    {
      client: 'a client whose host name has a port',
      path,
      token: token(withPort, encodeURIComponent(sign(KEY, withPort))),
    },
    {
      client: 'a client with an upper-case host name',
      path,
      token: token(upperHost, encodeURIComponent(sign(KEY, upperHost))),
    },
    {
      client: 'an old version of the VS Code extension',
      path,
      token: token(oldCode, encodeURIComponent(sign(KEY, oldCode))),
    },
    {
      client: 'a client with field names in another letter case and an additional field',
      path,
      token: `SharedAccessSignature SR=${whole}&Sig=${encodeURIComponent(rawSignature)}&SE=${EXPIRY}&tag=x`,
    },
    {
      client: 'azure-iot-device',
      path,
      token: deviceSas.create(HOST, deviceId, KEY, String(EXPIRY)).toString(),
    },
    {
      client: 'azure-iot-common for a module',
      path: [...path, 'modules', MODULE],
      token: azureCommon.SharedAccessSignature.create(
        azureCommon.encodeUriComponentStrict(`${audience}/modules/${MODULE}`),
        null as unknown as string,
        KEY,
        EXPIRY,
      ).toString(),
    },
  ];
}

describe('SAS token in the format of each client', () => {
  const ordinary = createTokenSamples('dev-1');
  const unusual = createTokenSamples(DEVICE);
  it.each([...ordinary, ...unusual])(
    'is accepted from $client for $path, signed with the primary or the secondary key',
    (row) => {
      const token = parsed(row.token);
      expect(token.policyName).toBeUndefined();
      for (const keys of [
        [KEY, OTHER_KEY],
        [OTHER_KEY, KEY],
      ]) {
        const requirements = { keys, hostNames: ['127.0.0.1', HOST], path: row.path, now: NOW };
        expect(reasonOf(verifySasToken(token, requirements))).toBe('accepted');
      }
      const wrongKey = { keys: [OTHER_KEY, OTHER_KEY], hostNames: [HOST], path: row.path, now: NOW };
      expect(reasonOf(verifySasToken(token, wrongKey))).toBe('signature-mismatch');
      const otherDevice = { keys: [KEY], hostNames: [HOST], path: ['devices', 'dev-2'], now: NOW };
      expect(reasonOf(verifySasToken(token, otherDevice))).toBe('audience-mismatch');
    },
  );

  it('is accepted from azure-iothub for the whole hub with a policy', () => {
    const token = parsed(serviceSas.create(HOST, "my policy's", KEY, EXPIRY).toString());
    expect(token).toMatchObject({ resource: HOST, policyName: "my policy's", expiryUtc: EXPIRY * 1000 });
    const requirements = {
      keys: [OTHER_KEY, KEY],
      hostNames: [HOST],
      path: ['twins', 'd', 'methods'],
      now: NOW,
    };
    expect(reasonOf(verifySasToken(token, requirements))).toBe('accepted');
  });
});

describe('malformed SAS token', () => {
  const sig = encodeURIComponent(sign(KEY, 'h'));
  it.each([
    ['an empty text', ''],
    ['another scheme', `Bearer sr=h&sig=${sig}&se=1`],
    ['the scheme in another letter case', `sharedaccesssignature sr=h&sig=${sig}&se=1`],
    ['the scheme alone', 'SharedAccessSignature'],
    ['fields without a scheme', `sr=h&sig=${sig}&se=1`],
    ['two spaces', `SharedAccessSignature  sr=h&sig=${sig}&se=1`],
    ['a third part', `SharedAccessSignature sr=h&sig=${sig}&se=1 skn=p`],
    ['no resource', `SharedAccessSignature sig=${sig}&se=1`],
    ['an empty resource', `SharedAccessSignature sr=&sig=${sig}&se=1`],
    ['no signature', 'SharedAccessSignature sr=h&se=1'],
    ['no expiry', `SharedAccessSignature sr=h&sig=${sig}`],
    ['an expiry in words', `SharedAccessSignature sr=h&sig=${sig}&se=tomorrow`],
    ['an expiry in hexadecimal', `SharedAccessSignature sr=h&sig=${sig}&se=0x10`],
    ['an infinite expiry', `SharedAccessSignature sr=h&sig=${sig}&se=Infinity`],
    ['an expiry in milliseconds', `SharedAccessSignature sr=h&sig=${sig}&se=1900000000000`],
    ['a repeated field', `SharedAccessSignature sr=h&sig=${sig}&se=1&SR=other`],
  ])('is refused: %s', (_what, text) => {
    expect(reasonOf(parseSasToken(text))).toBe('token-malformed');
  });

  it('does not include a token whose expiry has a fraction, as .NET sends it', () => {
    expect(parsed(`SharedAccessSignature sr=h&sig=${sig}&se=1900000000.5`).expiryUtc).toBe(1_900_000_000_500);
  });

  it('is refused without an exception for any text', () => {
    const almost = fc
      .array(fc.tuple(fc.constantFrom('sr', 'sig', 'se', 'skn', 'x'), fc.string({ unit: 'binary' })))
      .map(
        (fields) => `SharedAccessSignature ${fields.map(([name, value]) => `${name}=${value}`).join('&')}`,
      );
    const requirements = { keys: [KEY, null, ''], hostNames: [HOST], path: ['devices', 'd'], now: NOW };
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), almost), (text) => {
        const token = parseSasToken(text);
        if (token.ok) expect(verifySasToken(token.value, requirements).ok).toBe(false);
      }),
    );
  });
});

describe('signature of a SAS token', () => {
  const key = fc
    .uint8Array({ minLength: 16, maxLength: 64 })
    .map((bytes) => Buffer.from(bytes).toString('base64'));
  const word = fc.string({ unit: 'grapheme', minLength: 1 });

  it('verifies after format and parse with any key, resource and policy name', () => {
    fc.assert(
      fc.property(
        key,
        key,
        word,
        fc.option(word),
        fc.nat(),
        (mine, other, resource, policyName, expirySeconds) => {
          const policy = policyName === null ? {} : { policyName };
          const token = parsed(formatSasToken({ resource, key: mine, expirySeconds, ...policy }));
          expect(decodeURIComponent(token.resource)).toBe(resource);
          expect(token.policyName ?? null).toBe(policyName);
          expect(token.expiryUtc).toBe(expirySeconds * 1000);
          expect(verifySasSignature(token, [other, mine])).toBe(true);
          expect(verifySasSignature(token, [other])).toBe(mine === other);
          expect(verifySasSignature({ ...token, resource: `${token.resource}x` }, [mine])).toBe(false);
          expect(verifySasSignature({ ...token, expiryText: `${token.expiryText}0` }, [mine])).toBe(false);
        },
      ),
    );
  });

  it('is refused for an identity without keys', () => {
    const token = parsed(
      `SharedAccessSignature sr=${HOST}&sig=${encodeURIComponent(sign('', HOST))}&se=${EXPIRY}`,
    );
    expect(verifySasSignature(token, [])).toBe(false);
    expect(verifySasSignature(token, [null, ''])).toBe(false);
    expect(verifySasSignature(token, ['====', '!'])).toBe(false);
  });

  it('is refused if it has another length', () => {
    const token = parsed(formatSasToken({ resource: HOST, key: KEY, expirySeconds: EXPIRY }));
    expect(verifySasSignature({ ...token, signature: 'AAAA' }, [KEY])).toBe(false);
    expect(verifySasSignature({ ...token, signature: `AAAA${token.signature}` }, [KEY])).toBe(false);
  });
});

describe('expiry of a SAS token', () => {
  const token = parsed(
    formatSasToken({ resource: HOST, key: KEY, expirySeconds: 1000, policyName: 'service' }),
  );
  it.each([
    [999_000, false],
    [1_000_000, false],
    [1_000_000 + CLOCK_SKEW_MILLISECONDS, false],
    [1_000_000 + CLOCK_SKEW_MILLISECONDS + 1, true],
  ])('has passed at %d ms if it is 1,000,000 ms: %s', (now, expired) => {
    expect(isExpired(token, now)).toBe(expired);
    const verdict = verifySasToken(token, { keys: [KEY], hostNames: [HOST], path: [], now });
    expect(reasonOf(verdict)).toBe(expired ? 'token-expired' : 'accepted');
  });
});

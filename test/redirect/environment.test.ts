import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redirectEnvironment } from '../../emulator/redirect/environment.ts';
import { REPOSITORY } from './run-program.ts';

const HOOK = `--require ${join(REPOSITORY, 'emulator/redirect/node-hook.cjs')}`;
const PYTHON = join(REPOSITORY, 'emulator/redirect/python');
const NAMES = ['hub1.iothub.test', 'ehns1.iothub.test'];
const PROXY = { HTTPS_PROXY: 'http://proxy.example:3128' };
const BYPASS = 'hub1.iothub.test,ehns1.iothub.test';

function pem(content: string): string {
  return `-----BEGIN CERTIFICATE-----\n${content}\n-----END CERTIFICATE-----`;
}

/** Returns the same certificate with another line length, as systems store it. */
function wrapDifferently(certificate: string): string {
  return pem(certificate.replaceAll(/-----.*-----|\s/g, '').replaceAll(/.{50}/g, '$&\n'));
}

describe('environment of a program below exec', () => {
  let folder: string;
  let authorityPath: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redirect-test-'));
    authorityPath = join(folder, 'authority.pem');
    await writeFile(authorityPath, `${pem('HUB+')}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  function environmentOver(
    baseEnvironment: Readonly<Record<string, string | undefined>>,
    platform: NodeJS.Platform = 'linux',
    ports: Readonly<Record<number, number>> = { 443: 41000, 8883: 41001, 5671: 41002 },
  ) {
    const hub = { address: '127.0.0.1', names: NAMES, ports, authorityPath };
    return redirectEnvironment({ ...hub, baseEnvironment, platform, directory: folder });
  }

  test.each([
    ['NODE_OPTIONS', undefined, HOOK],
    ['NODE_OPTIONS', '', HOOK],
    ['NODE_OPTIONS', '--no-warnings', `--no-warnings ${HOOK}`],
    ['PYTHONPATH', undefined, PYTHON],
    ['PYTHONPATH', '', PYTHON],
    ['PYTHONPATH', 'src:lib', `${PYTHON}:src:lib`],
    ['IOTHUB_CONNECTION_STRING', 'HostName=hub1.iothub.test', 'HostName=hub1.iothub.test'],
    ['UNSET', undefined, undefined],
    ['PATH', undefined, undefined],
  ])('sets %s, which was %j, to %j', (name, before, after) => {
    using redirect = environmentOver({ [name]: before });
    expect(redirect.environment[name]).toBe(after);
  });

  test('has the redirect settings in one variable', () => {
    using redirect = environmentOver({});
    expect(JSON.parse(redirect.environment['IOTHUB_EMULATOR_REDIRECT']!)).toEqual({
      address: '127.0.0.1',
      names: NAMES,
      ports: { 443: 41000, 5671: 41002, 8883: 41001 },
      bundle: redirect.environment['SSL_CERT_FILE'],
    });
  });

  test('adds the authority of the hub to the user’s NODE_EXTRA_CA_CERTS', async () => {
    const own = join(folder, 'own.pem');
    await writeFile(own, `a comment\r\n${pem('COMPANY').replaceAll('\n', '\r\n')}`);
    using redirect = environmentOver({ NODE_EXTRA_CA_CERTS: own });
    const extra = await readFile(redirect.environment['NODE_EXTRA_CA_CERTS']!, 'utf8');
    expect(extra).toBe(`${pem('COMPANY')}\n${pem('HUB+')}\n`);
  });

  test('adds the authority of the hub to the certificates that OpenSSL, requests and curl trust, each once', async () => {
    const [file, directory] = [join(folder, 'file.pem'), join(folder, 'directory')];
    await writeFile(file, `${pem('FIRST')}\n${wrapDifferently(rootCertificates[0]!)}\n${pem('SECOND')}`);
    await mkdir(join(directory, 'nested'), { recursive: true });
    await writeFile(join(directory, '0a1b2c3d.0'), `text\n${pem('THIRD')}\n`);
    using redirect = environmentOver({
      SSL_CERT_FILE: file,
      CURL_CA_BUNDLE: join(folder, 'absent.pem'),
      REQUESTS_CA_BUNDLE: directory,
    });
    const { SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE } = redirect.environment;
    expect(new Set([SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE]).size).toBe(1);
    const bundle = await readFile(SSL_CERT_FILE!, 'utf8');
    const expected = [...rootCertificates, pem('FIRST'), pem('SECOND'), pem('THIRD'), pem('HUB+')];
    expect(bundle).toBe(`${expected.map((certificate) => certificate.trim()).join('\n')}\n`);
  });

  test.each([
    [{}, undefined],
    [PROXY, BYPASS],
    [{ https_proxy: 'http://proxy.example' }, BYPASS],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ ...PROXY, NO_PROXY: 'intranet' }, `intranet,${BYPASS}`],
    [{ ...PROXY, no_proxy: 'lower', NO_PROXY: 'upper' }, `lower,${BYPASS}`],
    [{ ...PROXY, NO_PROXY: '*' }, '*'],
  ])('bypasses a proxy for the hub’s names if the variables are %j', (base, bypassed) => {
    using redirect = environmentOver(base);
    expect(redirect.environment['NO_PROXY']).toBe(bypassed);
  });

  test('puts the folder of the node shim first on PATH, except on Windows', () => {
    using posix = environmentOver({ PATH: '/usr/bin:/bin' });
    expect(posix.environment['PATH']).toMatch(/\/iothub-emulator-\w+\/bin:\/usr\/bin:\/bin$/);
    using windows = environmentOver({ Path: 'C:\\node', PYTHONPATH: 'C:\\src' }, 'win32');
    expect(windows.environment['Path']).toBe('C:\\node');
    expect(windows.environment).not.toHaveProperty('PATH');
    expect(windows.environment['PYTHONPATH']).toBe(`${PYTHON};C:\\src`);
  });

  const USUAL_PORTS = { 443: 443, 8883: 8883 };
  const STORE = /^-Djavax\.net\.ssl\.trustStore=\S+\/java-trust\.jks$/;

  test.each([
    ['a trust store of the emulator', { JAVA_TOOL_OPTIONS: undefined }, STORE],
    [
      'the trust store after other options',
      { JAVA_TOOL_OPTIONS: '-Xmx1g' },
      /^-Xmx1g -Djavax\.net\.ssl\.trustStore=\S+$/,
    ],
    [
      'no trust store if the user has set one',
      { JAVA_TOOL_OPTIONS: '-Djavax.net.ssl.trustStore=my.p12' },
      /^-Djavax\.net\.ssl\.trustStore=my\.p12$/,
    ],
  ])('gives Java, for a hub on the default ports, %s', (_what, base, expected) => {
    using redirect = environmentOver(base, 'linux', USUAL_PORTS);
    expect(redirect.environment['JAVA_TOOL_OPTIONS']).toMatch(expected);
  });

  test('does not set JAVA_TOOL_OPTIONS if Java cannot reach the hub', () => {
    using redirect = environmentOver({});
    expect(redirect.environment).not.toHaveProperty('JAVA_TOOL_OPTIONS');
  });

  test('makes its files readable for the user only, and deletes them on dispose', async () => {
    const redirect = environmentOver({ PATH: '/bin' });
    const files = [redirect.environment['SSL_CERT_FILE']!, redirect.environment['NODE_EXTRA_CA_CERTS']!];
    for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(files[0]!, '..'))).mode & 0o777).toBe(0o700);
    redirect[Symbol.dispose]();
    for (const file of files) expect(existsSync(file)).toBe(false);
    redirect[Symbol.dispose]();
  });

  test('does not change the given environment', () => {
    const base = Object.freeze({ PATH: '/bin', NODE_OPTIONS: '--no-warnings' });
    using redirect = environmentOver(base);
    expect(redirect.environment).not.toBe(base);
    expect(base).toEqual({ PATH: '/bin', NODE_OPTIONS: '--no-warnings' });
  });
});

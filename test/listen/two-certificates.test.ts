import { execFile, spawnSync } from 'node:child_process';
import type { X509Certificate } from 'node:crypto';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect } from 'node:tls';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { createServerLeaf } from '../../emulator/certificates/leaf.ts';
import { createRsaKey } from '../../emulator/certificates/rsa-key.ts';
import { listenHttps } from '../../emulator/listen/https.ts';
import type { Listener, ListenOptions, ServerCertificate } from '../../emulator/listen/listener.ts';
import { listenTls } from '../../emulator/listen/tls.ts';
import { connectTls, createTrust, readAll, type Trust } from './fixtures.ts';

const PYTHON = 'python3';
const OPENSSL = 'openssl';
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;
const hasPython = spawnSync(PYTHON, ['--version']).status === 0;

const PORTS: readonly (readonly [string, (options: ListenOptions) => Promise<Listener>])[] = [
  ['TLS', (options) => listenTls(options, (socket) => socket.end('hello'))],
  ['HTTPS', (options) => listenHttps(options)],
];

describe.each(PORTS)('%s port with a P-256 and an RSA certificate', (name, listen) => {
  let trust: Trust;
  let rsa: ServerCertificate;
  beforeAll(async () => {
    trust = await createTrust();
    const { keyPem, certificatePem } = await createServerLeaf(trust.authority, {
      names: ['localhost', '127.0.0.1'],
      now: Date.now(),
      rsaKeyPem: await createRsaKey(),
    });
    rsa = { key: keyPem, cert: certificatePem };
  });

  async function open(): Promise<Listener> {
    const listener = await listen(trust.listen);
    listener.addCertificate(rsa);
    return listener;
  }

  it.each<[string, ConnectionOptions, string]>([
    ['TLS 1.3', { minVersion: 'TLSv1.3' }, 'ec'],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, 'ec'],
    [
      'TLS 1.2 that prefers RSA',
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-SHA384' },
      'ec',
    ],
    ['TLS 1.2 with ECDHE-RSA only', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }, 'rsa'],
    ['TLS 1.2 with RSA key exchange only', { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' }, 'rsa'],
    ['TLS 1.3 with RSA signatures only', { minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256' }, 'rsa'],
  ])('presents the key of a client with %s', async (_what, options, kind) => {
    await using listener = await open();
    const client = await connectTls(listener.port, trust, options);
    expect(client.authorized).toBe(true);
    expect((client.getPeerX509Certificate() as X509Certificate).publicKey.asymmetricKeyType).toBe(kind);
    client.destroy();
  });

  it('refuses clients without ECDSA until the RSA certificate is added', async () => {
    await using listener = await listen(trust.listen);
    const options = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' } as const;
    await expect(connectTls(listener.port, trust, options)).rejects.toThrow('handshake failure');
    listener.addCertificate(rsa);
    (await connectTls(listener.port, trust, options)).destroy();
  });

  it('refuses TLS 1.1', async () => {
    await using listener = await open();
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(connectTls(listener.port, trust, old)).rejects.toThrow('protocol version');
  });

  it.skipIf(!hasOpenssl)('requests a client certificate and names no authority', async () => {
    await using listener = await open();
    const child = execFile(OPENSSL, ['s_client', '-connect', `127.0.0.1:${listener.port}`]);
    child.stdin?.end();
    const session = await text(child.stdout as Readable);
    expect(session).toContain('No client certificate CA names sent');
    expect(session).toContain('Requested Signature Algorithms: ');
  });

  it.runIf(name === 'TLS').each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes no session over %s',
    async (version) => {
      await using listener = await open();
      const at = { minVersion: version, maxVersion: version };
      const first = await connectTls(listener.port, trust, at);
      let session = first.getSession();
      first.on('session', (later) => {
        session = later;
      });
      await readAll(first);
      expect(session?.length).toBeGreaterThan(0);
      const second = await connectTls(listener.port, trust, { ...at, ...(session && { session }) });
      expect(second.isSessionReused()).toBe(false);
      await readAll(second);
    },
  );

  it.skipIf(!hasPython).each([
    ['its default cipher suites', '', 'ECDHE-ECDSA'],
    ['ECDHE-RSA only', "context.set_ciphers('ECDHE-RSA-AES256-GCM-SHA384')", 'ECDHE-RSA'],
  ])('accepts a Python client of TLS 1.2 that verifies strictly and has %s', async (_what, line, suite) => {
    await using listener = await open();
    const program = `
import os, socket, ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)
context.verify_mode = ssl.CERT_REQUIRED
context.check_hostname = True
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_verify_locations(cadata=os.environ['CA'])
${line}
with context.wrap_socket(socket.create_connection(('127.0.0.1', ${listener.port})), server_hostname='127.0.0.1') as tls:
    print(tls.cipher()[0])`;
    const { stdout } = await promisify(execFile)(PYTHON, ['-W', 'ignore', '-c', program], {
      env: { ...process.env, CA: trust.ca },
    });
    expect(stdout).toContain(suite);
  });

  it('keeps open connections when the certificate is added', async () => {
    await using listener = await listen(trust.listen);
    const client = connect({ host: '127.0.0.1', port: listener.port, ca: trust.ca });
    await new Promise((resolve) => client.once('secureConnect', resolve));
    listener.addCertificate(rsa);
    expect(client.destroyed).toBe(false);
    client.destroy();
  });
});

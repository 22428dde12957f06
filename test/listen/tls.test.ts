import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { isListenError } from '../../emulator/listen/listener.ts';
import { listenTls } from '../../emulator/listen/tls.ts';
import { createIntermediateAuthority } from '../certificates/intermediate-authority.ts';
import { issueClientCertificate } from '../certificates/unusual-certificate.ts';
import { connectTls, countHandles, createTrust, expectCall, readAll, type Trust } from './fixtures.ts';

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const subjectOf = (der: Buffer) => new X509Certificate(der).subject;

describe('TLS port', () => {
  let trust: Trust;
  beforeAll(async () => {
    trust = await createTrust();
  });

  it.each(VERSIONS)(
    'carries bytes in both directions over %s without a client certificate',
    async (version) => {
      const { called, call } = expectCall<readonly Buffer[]>();
      await using listener = await listenTls(trust.listen, (socket, peerCertificates) => {
        call(peerCertificates());
        socket.pipe(socket);
      });
      expect(listener).toMatchObject({ host: '127.0.0.1', port: expect.any(Number) });
      const client = await connectTls(listener.port, trust, { maxVersion: version, minVersion: version });
      expect(client.getProtocol()).toBe(version);
      expect(client.authorized).toBe(true);
      expect(client.getPeerX509Certificate()?.issuerCertificate).toBeUndefined();
      client.end('ping');
      expect(await readAll(client)).toBe('ping');
      expect(await called).toEqual([]);
    },
  );

  it('refuses a TLS 1.1 handshake', async () => {
    await using listener = await listenTls(trust.listen, () => undefined);
    const connecting = connectTls(listener.port, trust, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    await expect(connecting).rejects.toThrow();
  });

  describe.each(VERSIONS)('connection over %s', (version) => {
    const at = { minVersion: version, maxVersion: version };

    async function presented(key: string, cert: string): Promise<readonly Buffer[]> {
      const { called, call } = expectCall<readonly Buffer[]>();
      await using listener = await listenTls(trust.listen, (_socket, peerCertificates) => {
        const first = peerCertificates();
        expect(peerCertificates()).toBe(first);
        call(first);
      });
      const client = await connectTls(listener.port, trust, { ...at, key, cert });
      const chain = await called;
      client.destroy();
      return chain;
    }

    it('passes on a self-signed client certificate that is not registered', async () => {
      const { certificatePem, keyPem } = await createClientCertificate({ commonName: 'd', now: Date.now() });
      expect(await presented(keyPem, certificatePem)).toEqual([new X509Certificate(certificatePem).raw]);
    });

    it('passes on an expired client certificate', async () => {
      const past = { validFrom: Date.UTC(2020, 0), validTo: Date.UTC(2021, 0) };
      const expired = await issueClientCertificate({ commonName: 'd', ...past });
      expect((await presented(expired.keyPem, expired.certificatePem)).map(subjectOf)).toEqual(['CN=d']);
    });

    it('passes on the whole client chain, the leaf first and the rest in the order sent', async () => {
      const now = Date.now();
      const upper = await createIntermediateAuthority(trust.authority, { commonName: 'upper', now });
      const lower = await createIntermediateAuthority(upper, { commonName: 'lower', now });
      const leaf = await createClientCertificate({ commonName: 'd/m', now, authority: lower });
      const inOrder = await presented(leaf.keyPem, leaf.certificatePem + lower.intermediatesPem + trust.ca);
      const root = new X509Certificate(trust.ca).subject;
      expect(inOrder.map(subjectOf)).toEqual(['CN=d/m', 'CN=lower', 'CN=upper', root]);
      const shuffled = await presented(
        leaf.keyPem,
        [leaf.certificatePem, trust.ca, upper.certificatePem, lower.certificatePem].join(''),
      );
      expect(shuffled.map(subjectOf)).toEqual(['CN=d/m', root, 'CN=upper', 'CN=lower']);
    });

    it('does not resume a session, because that would lose the intermediate certificates', async () => {
      await using listener = await listenTls(trust.listen, (socket) => socket.end('bye'));
      const first = await connectTls(listener.port, trust, at);
      // TLS 1.2 has its session now; TLS 1.3 receives it later.
      let session = first.getSession();
      first.on('session', (later) => {
        session = later;
      });
      await readAll(first);
      expect(session?.length).toBeGreaterThan(0);
      const second = await connectTls(listener.port, trust, { ...at, ...(session && { session }) });
      expect(second.isSessionReused()).toBe(false);
      expect(await readAll(second)).toBe('bye');
    });
  });

  it.skipIf(!hasPython)(
    'accepts a Python client that verifies strictly and loads its certificate from a file',
    async () => {
      const { called, call } = expectCall<readonly Buffer[]>();
      await using listener = await listenTls(trust.listen, (socket, peerCertificates) => {
        call(peerCertificates());
        socket.end('hello');
      });
      const directory = await mkdtemp(join(tmpdir(), 'iothub-emulator-python-'));
      const client = await createClientCertificate({
        commonName: 'd/m',
        now: Date.now(),
        authority: trust.authority,
      });
      await writeFile(join(directory, 'ca.pem'), trust.ca);
      await writeFile(join(directory, 'cert.pem'), client.certificatePem);
      await writeFile(join(directory, 'key.pem'), client.keyPem);
      const program = `
import socket, ssl
context = ssl.create_default_context(cafile='ca.pem')
context.verify_flags |= ssl.VERIFY_X509_STRICT
context.load_cert_chain('cert.pem', 'key.pem')
with socket.create_connection(('127.0.0.1', ${listener.port})) as tcp:
    with context.wrap_socket(tcp, server_hostname='127.0.0.1') as tls:
        print(tls.recv(5).decode())`;
      const { stdout } = await promisify(execFile)('python3', ['-c', program], { cwd: directory });
      await rm(directory, { recursive: true });
      expect(stdout.trim()).toBe('hello');
      // OpenSSL also presents the issuers that it knows.
      expect((await called).map(subjectOf)[0]).toBe('CN=d/m');
    },
  );
});

describe('TLS port with misbehaving clients', () => {
  let trust: Trust;
  beforeAll(async () => {
    trust = await createTrust();
  });

  it.each([
    ['plain HTTP', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ERR_SSL_HTTP_REQUEST'],
    ['plain MQTT', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['junk', 'x'.repeat(5000), expect.stringMatching(/^ERR_SSL_/)],
  ])('closes a connection that sends %s and reports the error', async (_what, bytes, code) => {
    const { called, call } = expectCall<NodeJS.ErrnoException>();
    const onClientError = (error: NodeJS.ErrnoException) => call(error);
    await using listener = await listenTls({ ...trust.listen, onClientError }, () => {
      throw new Error('A socket was passed on without a handshake.');
    });
    const client = connectTcp(listener.port, '127.0.0.1');
    client.write(bytes);
    await readAll(client);
    expect((await called).code).toEqual(code);
  });

  it('closes a connection that does not start or does not finish its handshake in time', async () => {
    const codes: (string | undefined)[] = [];
    await using listener = await listenTls(
      {
        ...trust.listen,
        timeouts: { ...trust.listen.timeouts, handshakeMilliseconds: 100 },
        onClientError: (error, remoteAddress) => codes.push(`${error.code} ${remoteAddress}`),
      },
      () => undefined,
    );
    const silent = connectTcp(listener.port, '127.0.0.1');
    const halting = connectTcp(listener.port, '127.0.0.1');
    halting.write(Buffer.from('1603010200010001fc0303', 'hex'));
    await Promise.all([readAll(silent), readAll(halting)]);
    expect(codes).toEqual(Array(2).fill('ERR_TLS_HANDSHAKE_TIMEOUT 127.0.0.1'));
  });

  it('accepts new connections after a client has reset its connection', async () => {
    const { called, call } = expectCall<TLSSocket>();
    await using listener = await listenTls(trust.listen, call);
    const tcp = connectTcp(listener.port, '127.0.0.1');
    await once(tcp, 'connect');
    const client = await connectTls(listener.port, trust, { socket: tcp });
    const socket = await called;
    tcp.resetAndDestroy();
    await new Promise((resolve) => socket.once('close', resolve));
    client.destroy();
    const next = await connectTls(listener.port, trust);
    next.destroy();
  });
});

describe('lifetime of a TLS port', () => {
  let trust: Trust;
  beforeAll(async () => {
    trust = await createTrust();
  });

  it('rejects with the address and port if the port is in use', async () => {
    await using listener = await listenTls(trust.listen, () => undefined);
    const again = listenTls({ ...trust.listen, port: listener.port }, () => undefined);
    const error = await again.then(
      () => undefined,
      (refusal: unknown) => refusal,
    );
    expect(isListenError(error)).toBe(true);
    expect(error).toMatchObject({ code: 'EADDRINUSE', address: '127.0.0.1', port: listener.port });
    expect(isListenError(new Error('other'))).toBe(false);
  });

  it('ends every connection when it closes, half-open ones too, and releases every handle', async () => {
    const before = countHandles();
    const { called, call } = expectCall<TLSSocket>();
    const listener = await listenTls(trust.listen, call);
    const open = await connectTls(listener.port, trust);
    const halfOpen = connectTcp(listener.port, '127.0.0.1');
    await once(halfOpen, 'connect');
    const socket = await called;
    const ends = Promise.all([readAll(open), readAll(halfOpen)]);
    await Promise.all([listener.close(), listener.close()]);
    await ends;
    expect(socket.destroyed).toBe(true);
    await expect.poll(countHandles).toBeLessThanOrEqual(before);
    await expect(connectTls(listener.port, trust)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

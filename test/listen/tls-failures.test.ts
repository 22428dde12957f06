import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { listenHttps } from '../../emulator/listen/https.ts';
import type { Listener, ListenOptions } from '../../emulator/listen/listener.ts';
import { listenTls } from '../../emulator/listen/tls.ts';
import { connectTls, createTrust, readAll, type Trust } from './fixtures.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
const OPENSSL = 'openssl';
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;

const PORTS: readonly (readonly [string, (options: ListenOptions) => Promise<Listener>])[] = [
  ['TLS', (options) => listenTls(options, (socket) => socket.resume())],
  ['HTTPS', (options) => listenHttps(options)],
];

describe.each(PORTS)('failures of connections to the %s port', (_name, listen) => {
  let trust: Trust;
  beforeAll(async () => {
    trust = await createTrust();
  });

  /** Opens the port, runs a client and returns the failures as `address reason`. */
  async function failuresOf(run: (port: number) => Promise<unknown>): Promise<readonly string[]> {
    const failures: string[] = [];
    await using listener = await listen({
      ...trust.listen,
      onClientError: (_error, address, reason) => failures.push(`${address} ${reason}`),
    });
    await run(listener.port);
    await expect.poll(() => failures.length, { timeout: 5000 }).toBeGreaterThan(0);
    return failures;
  }

  async function connectInVain(port: number, options: ConnectionOptions): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    await once(socket, 'error');
  }

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'have a reason if an untrusting Node client uses %s',
    async (at) => {
      const failures = await failuresOf((port) => connectInVain(port, { minVersion: at, maxVersion: at }));
      expect(failures).toEqual(['127.0.0.1 tls-perhaps-untrusted']);
    },
  );

  it('have a reason if the certificate lacks the host name of a Node client', async () => {
    const failures = await failuresOf((port) =>
      connectInVain(port, { ca: trust.ca, servername: 'myhub.example' }),
    );
    expect(failures).toEqual(['127.0.0.1 tls-perhaps-untrusted']);
  });

  it.skipIf(!hasPython).each(['TLSv1_2', 'TLSv1_3'])(
    'have a reason if an untrusting Python client uses %s',
    async (version) => {
      const program = (port: number) => `
import socket, ssl
context = ssl.create_default_context()
context.minimum_version = context.maximum_version = ssl.TLSVersion.${version}
try: context.wrap_socket(socket.create_connection(('127.0.0.1', ${port})), server_hostname='127.0.0.1')
except ssl.SSLCertVerificationError: pass`;
      const failures = await failuresOf((port) => once(spawn('python3', ['-c', program(port)]), 'exit'));
      expect(failures).toEqual(['127.0.0.1 tls-untrusted-authority']);
    },
  );

  it.skipIf(!hasOpenssl)('have a reason if OpenSSL does not trust the authority', async () => {
    const failures = await failuresOf((port) =>
      once(spawn(OPENSSL, ['s_client', '-verify_return_error', '-connect', `127.0.0.1:${port}`]), 'exit'),
    );
    expect(failures).toEqual(['127.0.0.1 tls-untrusted-authority']);
  });

  it.each<[string, ConnectionOptions]>([
    ['cipher suite', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }],
    ['signature algorithm', { minVersion: 'TLSv1.3', sigalgs: 'ed25519' }],
  ])('have a reason if the client offers no common %s', async (_what, options) => {
    const failures = await failuresOf((port) => connectInVain(port, { ca: trust.ca, ...options }));
    expect(failures).toEqual(['127.0.0.1 tls-no-common-cipher']);
  });

  it('have a reason if the client offers TLS 1.1', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const failures = await failuresOf((port) => connectInVain(port, { ca: trust.ca, ...old }));
    expect(failures).toEqual(['127.0.0.1 tls-protocol']);
  });

  it.each([
    ['HTTP', 'GET / HTTP/1.1\r\nHost: h\r\n\r\n'],
    ['MQTT', '\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00'],
  ])('have a reason if the client sends %s without TLS', async (_what, bytes) => {
    const failures = await failuresOf((port) => {
      const client = connectTcp(port, '127.0.0.1');
      client.write(bytes);
      return readAll(client);
    });
    expect(failures).toEqual(['127.0.0.1 tls-protocol']);
  });

  it('have no reason if a connection sends nothing', async () => {
    const failures = await failuresOf((port) => {
      const client = connectTcp(port, '127.0.0.1', () => client.end());
      return readAll(client);
    });
    expect(failures).toEqual(['127.0.0.1 undefined']);
  });

  it('do not include a connection that the port itself closes', async () => {
    const failures: unknown[] = [];
    const onClientError = (error: unknown) => failures.push(error);
    const listener = await listen({ ...trust.listen, onClientError });
    const open = await connectTls(listener.port, trust);
    const halfOpen = connectTcp(listener.port, '127.0.0.1');
    halfOpen.write(Buffer.from('1603010200010001fc0303', 'hex'));
    await once(halfOpen, 'connect');
    const ends = Promise.all([readAll(open), readAll(halfOpen)]);
    await listener.close();
    await ends;
    expect(failures).toEqual([]);
  });
});

import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { createServerLeaf } from '../../emulator/certificates/leaf.ts';
import { createRsaKey } from '../../emulator/certificates/rsa-key.ts';
import { listenHttps } from '../../emulator/listen/https.ts';
import type { Listener } from '../../emulator/listen/listener.ts';
import { listenTls } from '../../emulator/listen/tls.ts';
import { createTrust, readAll, type Trust } from './fixtures.ts';
import { captureHello, messageTypesOf, withFirstSuite } from './hellos.ts';

const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

const REQUESTED = [2, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE];
const NOT_REQUESTED = REQUESTED.filter((type) => type !== CERTIFICATE_REQUEST);

describe('HTTPS port', () => {
  let trust: Trust;
  let hello: Buffer;
  beforeAll(async () => {
    trust = await createTrust();
    hello = await captureHello({ maxVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'] });
  });

  /** Sends the parts of a ClientHello, one after the other, and returns the types of the answered messages. */
  async function answerTo({ port }: Listener, ...parts: readonly Buffer[]): Promise<readonly number[]> {
    const socket = connectTcp(port, '127.0.0.1').setNoDelay();
    await once(socket, 'connect');
    for (const part of parts) await new Promise((resolve) => socket.write(part, resolve));
    let answer = Buffer.alloc(0);
    for await (const chunk of socket) {
      answer = Buffer.concat([answer, chunk]);
      // The last record of the answer has only ServerHelloDone, which is empty.
      if (answer.at(-4) === SERVER_HELLO_DONE && answer.readUIntBE(answer.length - 3, 3) === 0) break;
    }
    socket.destroy();
    return messageTypesOf(answer);
  }

  it('requests no client certificate from a browser, and requests one from every other client', async () => {
    await using listener = await listenHttps(trust.listen);
    expect(await answerTo(listener, hello)).toEqual(REQUESTED);
    expect(await answerTo(listener, withFirstSuite(hello))).toEqual(NOT_REQUESTED);
    expect(await answerTo(listener, hello)).toEqual(REQUESTED);
  });

  it('recognizes a browser whose ClientHello arrives in parts', async () => {
    await using listener = await listenHttps(trust.listen);
    const browser = withFirstSuite(hello);
    const parts = Array.from(browser, (_, index) => browser.subarray(index, index + 1));
    expect(await answerTo(listener, ...parts)).toEqual(NOT_REQUESTED);
    const others = Array.from(hello, (_, index) => hello.subarray(index, index + 1));
    expect(await answerTo(listener, ...others)).toEqual(REQUESTED);
  });

  it('requests a certificate from a browser whose ClientHello is divided into two records', async () => {
    await using listener = await listenHttps(trust.listen);
    const browser = withFirstSuite(hello);
    const first = Buffer.concat([browser.subarray(0, 3), Buffer.from([0, 100]), browser.subarray(5, 105)]);
    const rest = browser.subarray(105);
    const second = Buffer.concat([browser.subarray(0, 3), Buffer.from([0, rest.length]), rest]);
    second.writeUInt16BE(rest.length, 3);
    expect(await answerTo(listener, first, second)).toEqual(REQUESTED);
  });

  it('requests a certificate from a browser if the option says so', async () => {
    await using listener = await listenHttps({ ...trust.listen, requestsBrowserCertificates: true });
    expect(await answerTo(listener, withFirstSuite(hello))).toEqual(REQUESTED);
  });

  it.each(['before', 'after'])(
    'presents an RSA certificate that was added %s the first browser',
    async (when) => {
      await using listener = await listenHttps(trust.listen);
      const leaf = await createServerLeaf(trust.authority, {
        names: ['localhost'],
        now: Date.now(),
        rsaKeyPem: await createRsaKey(),
      });
      if (when === 'after') await answerTo(listener, withFirstSuite(hello));
      listener.addCertificate({ key: leaf.keyPem, cert: leaf.certificatePem });
      const rsaOnly = await captureHello({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' });
      expect(await answerTo(listener, withFirstSuite(rsaOnly))).toEqual(NOT_REQUESTED);
    },
  );

  it('reports a browser that refuses the certificate with the reason', async () => {
    const reasons: unknown[] = [];
    await using listener = await listenHttps({
      ...trust.listen,
      onClientError: (_error, address, reason) => reasons.push([address, reason]),
    });
    const socket = connectTcp(listener.port, '127.0.0.1');
    socket.write(withFirstSuite(hello));
    await once(socket, 'data');
    // A fatal alert 46, certificate unknown.
    socket.write(Buffer.from('1503030002022e', 'hex'));
    await readAll(socket);
    expect(reasons).toEqual([['127.0.0.1', 'tls-untrusted-authority']]);
  });
});

describe('TLS port for MQTT', () => {
  it('requests a client certificate from every client', async () => {
    const trust = await createTrust();
    await using listener = await listenTls(trust.listen, () => undefined);
    const socket = connectTcp(listener.port, '127.0.0.1');
    socket.write(withFirstSuite(await captureHello({ maxVersion: 'TLSv1.2' })));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(messageTypesOf(answer)).toEqual(REQUESTED);
  });
});

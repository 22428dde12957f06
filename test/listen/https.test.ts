import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { listenHttps } from '../../emulator/listen/https.ts';
import { connectTls, countHandles, createTrust, expectCall, readAll, type Trust } from './fixtures.ts';

async function get(port: number, trust: Trust, options: RequestOptions = {}): Promise<IncomingMessage> {
  const call = request({ host: '127.0.0.1', port, ca: trust.ca, ...options }).end();
  const [response] = await once(call, 'response');
  return response;
}

describe('HTTPS port', () => {
  let trust: Trust;
  beforeAll(async () => {
    trust = await createTrust();
  });

  it('answers several requests on one connection and keeps it open between them', async () => {
    await using listener = await listenHttps(trust.listen);
    listener.onRequest((asked, response) => {
      response.end(`${asked.url} ${asked.socket.remotePort}`);
    });
    expect(listener.server.keepAliveTimeout).toBe(0);
    expect(listener.server.timeout).toBe(0);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers: string[] = [];
    for (const path of ['/one', '/two', '/three']) {
      const response = await get(listener.port, trust, { agent, path });
      expect(response.headers.connection).toBe('keep-alive');
      expect(response.headers['keep-alive']).toBeUndefined();
      answers.push(await text(response));
    }
    const ports = answers.map((answer) => answer.split(' ')[1]);
    expect(new Set(ports).size).toBe(1);
    agent.destroy();
  });

  it('passes the client certificate to the handler with every request of the connection', async () => {
    const chains: (readonly Buffer[])[] = [];
    await using listener = await listenHttps(trust.listen);
    listener.onRequest((asked, response) => {
      chains.push(listener.peerCertificatesOf(asked.socket as TLSSocket));
      response.end();
    });
    const client = await createClientCertificate({
      commonName: 'd',
      now: Date.now(),
      authority: trust.authority,
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const credentials = { agent, key: client.keyPem, cert: client.certificatePem + trust.ca };
    await text(await get(listener.port, trust, credentials));
    await text(await get(listener.port, trust, credentials));
    agent.destroy();
    await text(await get(listener.port, trust, { agent: false }));
    const expected = [client.certificatePem, trust.ca].map((pem) => new X509Certificate(pem).raw);
    expect(chains).toEqual([expected, expected, []]);
  });

  it('answers malformed HTTP with 400 and closes a plain HTTP connection without an answer', async () => {
    const codes: (string | undefined)[] = [];
    const onClientError = (error: NodeJS.ErrnoException) => codes.push(error.code);
    await using listener = await listenHttps({ ...trust.listen, onClientError });
    listener.onRequest((_asked, response) => {
      response.end();
    });
    const broken = await connectTls(listener.port, trust);
    broken.write('NONSENSE\r\n\r\n');
    expect(await readAll(broken)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    const plain = connectTcp(listener.port, '127.0.0.1');
    plain.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await readAll(plain)).toBe('');
    expect(codes).toEqual(['HPE_INVALID_METHOD', 'ERR_SSL_HTTP_REQUEST']);
    expect((await get(listener.port, trust, { agent: false })).resume().statusCode).toBe(200);
  });

  it('closes a connection whose TLS handshake does not start in time', async () => {
    await using listener = await listenHttps({
      ...trust.listen,
      timeouts: { ...trust.listen.timeouts, handshakeMilliseconds: 50 },
    });
    expect(await readAll(connectTcp(listener.port, '127.0.0.1'))).toBe('');
  });

  it('closes while a request waits for its answer, and releases every handle', async () => {
    const before = countHandles();
    const { called, call } = expectCall<IncomingMessage>();
    const listener = await listenHttps(trust.listen);
    listener.onRequest(call);
    const idle = await connectTls(listener.port, trust);
    const idleEnds = readAll(idle);
    const waiting = get(listener.port, trust, { agent: false });
    const refusal = expect(waiting).rejects.toMatchObject({ code: 'ECONNRESET' });
    await called;
    await listener.close();
    await Promise.all([refusal, idleEnds]);
    await expect.poll(countHandles).toBeLessThanOrEqual(before);
  });
});

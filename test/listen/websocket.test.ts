import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { type HttpsListener, listenHttps } from '../../emulator/listen/https.ts';
import {
  acceptWebSockets,
  type RefusedRequest,
  type WebSocketHandler,
} from '../../emulator/listen/websocket.ts';
import { connectTls, createTrust, expectCall, readAll, type Trust } from './fixtures.ts';

const PATH = '/$iothub/websocket';
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

describe('WebSocket on an HTTPS port', () => {
  let trust: Trust;
  let listener: HttpsListener;
  let clientErrors: Error[];
  let refusals: string[];
  let serve: WebSocketHandler;
  let clients: WebSocket[];
  beforeEach(async () => {
    trust ??= await createTrust();
    clientErrors = [];
    refusals = [];
    clients = [];
    serve = (stream) => stream.pipe(stream);
    listener = await listenHttps(trust.listen);
    listener.onRequest((_request, response) => response.end('plain'));
    const greet =
      (greeting: string): WebSocketHandler =>
      (stream, ...rest) => {
        stream.write(greeting);
        serve(stream, ...rest);
      };
    acceptWebSockets(listener, {
      paths: new Map([
        [
          PATH,
          {
            subprotocols: new Map([
              ['mqtt', greet('mqtt')],
              ['amqpwsb10', greet('amqp')],
            ]),
            withoutSubprotocol: greet('none'),
          },
        ],
        ['/second', { subprotocols: new Map(), withoutSubprotocol: greet('second') }],
      ]),
      maximumMessageBytes: 1000,
      onClientError: (error) => clientErrors.push(error),
      onRefused: refuse,
    });
  });
  afterEach(async () => {
    for (const client of clients) client.terminate();
    await listener.close();
  });

  function refuse({ cause, message, socket }: RefusedRequest): void {
    refusals.push(`${cause}: ${message}`);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  }

  function dial(path: string, subprotocols: string | string[] = [], options: ClientOptions = {}): WebSocket {
    const address = `wss://127.0.0.1:${listener.port}${path}`;
    const client = new WebSocket(address, subprotocols, { ca: trust.ca, ...options });
    clients.push(client);
    return client;
  }

  async function openRaw(target: string, headers: readonly string[] = [], change = {}): Promise<TLSSocket> {
    const { upgrade, version, key } = { upgrade: 'websocket', version: '13', key: KEY, ...change };
    const socket = await connectTls(listener.port, trust);
    const lines = [`GET ${target} HTTP/1.1`, 'Host: h', 'Connection: Upgrade', `Upgrade: ${upgrade}`];
    lines.push(`Sec-WebSocket-Version: ${version}`, `Sec-WebSocket-Key: ${key}`, ...headers, '', '');
    socket.write(lines.join('\r\n'));
    return socket;
  }

  async function upgrade(target: string, headers: readonly string[] = [], change = {}): Promise<string> {
    const socket = await openRaw(target, headers, change);
    const [head] = await once(socket, 'data');
    socket.destroy();
    return String(head);
  }

  it.each([
    ['mqtt', 'mqtt', 'mqtt'],
    ['MQTT', 'MQTT', 'mqtt'],
    ['AMQPWSB10', 'AMQPWSB10', 'amqp'],
    [['mqttv3.1', 'Mqtt'], 'Mqtt', 'mqtt'],
    [[], '', 'none'],
  ])('accepts the subprotocol offer %j and echoes its spelling', async (subprotocols, echoed, greeting) => {
    const client = dial(`${PATH}?iothub-no-client-cert=true`, subprotocols);
    const [message, isBinary] = await once(client, 'message');
    expect([String(message), isBinary]).toEqual([greeting, true]);
    expect(client.protocol).toBe(echoed);
    expect(client.extensions).toBe('');
  });

  it('serves a second path with its own handlers', async () => {
    const [message] = await once(dial('/second'), 'message');
    expect(String(message)).toBe('second');
    expect(await upgrade('/second', ['Sec-WebSocket-Protocol: mqtt'])).toMatch(/^HTTP\/1\.1 400 /);
    expect(refusals).toEqual(['subprotocol: Unsupported subprotocol: mqtt. Supported: none.']);
  });

  it('accepts a whole URL as request target, as the Java SDK sends it', async () => {
    const headers = ['Sec-WebSocket-Protocol: mqtt'];
    for (const target of [
      `https://hub1.iothub.test:443${PATH}?x=1`,
      `WSS://hub1.iothub.test${PATH}`,
      '/%24iothub/websocket',
    ]) {
      expect(await upgrade(target, headers)).toMatch(/^HTTP\/1\.1 101 /);
    }
  });

  it.each([
    [
      'another path',
      '/other',
      ['Sec-WebSocket-Protocol: mqtt'],
      /^path: .* at \/\$iothub\/websocket, \/second\.$/,
    ],
    ['a longer path', `${PATH}/more`, [], /^path: /],
    ['a malformed path', '/%', [], /^path: /],
    ['the root', '/', [], /^path: /],
    [
      'an unknown subprotocol',
      PATH,
      ['Sec-WebSocket-Protocol: soap'],
      /^subprotocol: Unsupported subprotocol: soap\. Supported: mqtt, amqpwsb10\.$/,
    ],
    ['a subprotocol twice', PATH, ['Sec-WebSocket-Protocol: mqtt, mqtt'], /^handshake: /],
  ])('refuses an upgrade for %s', async (_what, target, headers, refusal) => {
    expect(await upgrade(target, headers)).toMatch(/^HTTP\/1\.1 400 /);
    expect(refusals).toEqual([expect.stringMatching(refusal)]);
  });

  it.each([
    ['an invalid key', { key: 'short' }],
    ['an unsupported version', { version: '7' }],
  ])('refuses an upgrade with %s', async (_what, change) => {
    expect(await upgrade(PATH, [], change)).toMatch(/^HTTP\/1\.1 400 /);
    expect(refusals).toEqual([expect.stringMatching(/^handshake: /)]);
  });

  describe('another upgrade', () => {
    const REQUEST = [
      `POST ${PATH}?x=%20 HTTP/1.1`,
      'Host: h',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA',
      'X-Twice: \u00e9',
      'x-twice: 2',
      'Content-Length: 10',
      '',
      '0123456789',
    ].join('\r\n');
    let received: string[];

    beforeEach(async () => {
      received = [];
      await listener.close();
      listener = await listenHttps(trust.listen);
      listener.onRequest(async (request, response) => {
        const { method, url, rawHeaders } = request;
        received.push(`${method} ${url} ${rawHeaders.join('|')} ${await text(request)}`);
        response.end(`answer to ${url};`);
      });
      acceptWebSockets(listener, { paths: new Map(), maximumMessageBytes: 1000, onRefused: refuse });
    });

    /** Writes the parts one after the other, and reads until the answer to the last request has arrived. */
    async function exchange(parts: readonly string[], last: string): Promise<string> {
      const socket = await connectTls(listener.port, trust);
      let answers = '';
      for (const part of parts) {
        socket.write(part, 'latin1');
        await new Promise(setImmediate);
      }
      for await (const chunk of socket) {
        answers += chunk;
        if (answers.includes(last)) break;
      }
      return answers;
    }

    it.each([
      ['in one piece', [REQUEST]],
      ['byte by byte', [...REQUEST]],
      ['with its body apart', [REQUEST.slice(0, -10), REQUEST.slice(-10)]],
    ])('is ignored, and its request is answered with its body, %s', async (_how, parts) => {
      expect(await exchange(parts, 'answer to')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(received).toEqual([
        `POST ${PATH}?x=%20 Host|h|Connection|Upgrade, HTTP2-Settings|HTTP2-Settings|AAMAAABkAAQCAAAAAAIAAAAA|` +
          'X-Twice|\u00e9|x-twice|2|Content-Length|10 0123456789',
      ]);
    });

    it('to a WebSocket waits for the answers to earlier requests', async () => {
      const handshake = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
      const webSocket = ['GET /nowhere HTTP/1.1', 'Host: h', ...handshake, 'Sec-WebSocket-Key: x', '', ''];
      const post = 'POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n0';
      const answers = await exchange([`${post}${webSocket.join('\r\n')}`], 'HTTP/1.1 400');
      expect(answers.match(/answer to \/1|HTTP\/1\.1 \d+/g)).toEqual([
        'HTTP/1.1 200',
        'answer to /1',
        'HTTP/1.1 400',
      ]);
    });

    it('is ignored in each of several requests on one connection', async () => {
      const plain = 'GET /3 HTTP/1.1\r\nHost: h\r\n\r\n';
      const [first, second, last] = ['/1', '/2', '/4'].map((path) => REQUEST.replace(PATH, path));
      const answers = await exchange([`${first}${second}${plain}${last}`], 'answer to /4');
      expect(answers.match(/answer to \S{2}/g)?.map((answer) => answer.at(-1))).toEqual(['1', '2', '3', '4']);
      expect(received).toHaveLength(4);
    });
  });

  it('sends each write as one binary message and reads fragmented messages as bytes', async () => {
    const { called, call } = expectCall<Duplex>();
    serve = call;
    const client = dial(PATH, 'mqtt');
    const received: string[] = [];
    client.on('message', (message, isBinary) => received.push(`${isBinary} ${message}`));
    const stream = await called;
    for (let index = 0; index < 50; index++) stream.write(`write ${index}`);
    await expect.poll(() => received.length).toBe(51);
    expect(received).toEqual([
      'true mqtt',
      ...Array.from({ length: 50 }, (_, index) => `true write ${index}`),
    ]);
    client.send(Buffer.from('first '), { fin: false });
    client.send(Buffer.from('second'), { fin: true });
    let bytes = '';
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk;
    });
    await expect.poll(() => bytes).toBe('first second');
  });

  it('ends the stream with an error, and closes, if a message is text', async () => {
    const { called, call } = expectCall<Duplex>();
    serve = call;
    const client = dial(PATH, 'mqtt');
    const stream = await called;
    await once(client, 'message');
    let bytes = '';
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk;
    });
    const failed = once(stream, 'error');
    const closed = once(client, 'close');
    client.send(Buffer.from('binary '));
    client.send('text ', { fin: false });
    client.send('in parts');
    client.send(Buffer.from('lost'));
    expect((await failed)[0]).toMatchObject({ code: 'WS_MESSAGE_NOT_BINARY' });
    await closed;
    expect(bytes).toBe('binary ');
    expect(clientErrors.map((error) => (error as NodeJS.ErrnoException).code)).toEqual([
      'WS_MESSAGE_NOT_BINARY',
    ]);
  });

  it('keeps the order and the backpressure of a stream that is written faster than it is read', async () => {
    const { called, call } = expectCall<Duplex>();
    serve = call;
    const client = dial(PATH, 'mqtt');
    const stream = await called;
    await once(client, 'message');
    client.pause();
    const message = Buffer.alloc(900, 'm');
    let written = 0;
    while (written < 1_000_000 && stream.write(message)) written++;
    expect(written).toBeLessThan(1000);
    let received = 0;
    client.on('message', () => received++);
    client.resume();
    await once(stream, 'drain');
    await expect.poll(() => received).toBe(written + 1);
  });

  it('closes when its stream ends, and ends its stream when the client closes', async () => {
    const streams: Duplex[] = [];
    serve = (stream) => streams.push(stream.resume());
    const left = dial(PATH, 'mqtt');
    await once(left, 'message');
    const ended = once(streams[0] as Duplex, 'close');
    left.close();
    await ended;
    const told = dial(PATH, 'mqtt');
    await once(told, 'message');
    const last = once(told, 'message');
    const closed = once(told, 'close');
    streams[1]?.end('last');
    expect(String((await last)[0])).toBe('last');
    expect((await closed)[0]).toBe(1005);
    const cut = dial(PATH, 'mqtt');
    await once(cut, 'message');
    streams[2]?.destroy();
    expect((await once(cut, 'close'))[0]).toBe(1006);
    expect(clientErrors).toEqual([]);
  });

  it('closes on a message that is too long or malformed, and reports the error', async () => {
    const tooLong = dial(PATH, 'mqtt');
    await once(tooLong, 'message');
    tooLong.send(Buffer.alloc(1001));
    expect((await once(tooLong, 'close'))[0]).toBe(1009);
    const socket = await openRaw(PATH);
    await once(socket, 'data');
    socket.write(Buffer.alloc(100, 0xff));
    socket.end();
    await readAll(socket);
    await expect.poll(() => clientErrors.length).toBe(2);
    expect(clientErrors.map((error) => (error as NodeJS.ErrnoException).code)).toEqual([
      'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
      'WS_ERR_UNEXPECTED_RSV_2_3',
    ]);
  });

  it('passes on the certificate that a client presents', async () => {
    const { called, call } = expectCall<readonly Buffer[]>();
    serve = (_stream, _request, peerCertificates) => call(peerCertificates());
    const { certificatePem, keyPem } = await createClientCertificate({ commonName: 'd', now: Date.now() });
    await once(dial(PATH, 'mqtt', { key: keyPem, cert: certificatePem }), 'message');
    expect(await called).toEqual([new X509Certificate(certificatePem).raw]);
  });

  it('closes when the port closes', async () => {
    const client = dial(PATH, 'mqtt');
    await once(client, 'message');
    const closed = once(client, 'close');
    await listener.close();
    expect((await closed)[0]).toBe(1006);
  });
});

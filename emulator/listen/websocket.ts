import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createWebSocketStream, type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { HttpsListener } from './https.ts';
import type { PeerCertificates } from './peer-certificates.ts';

/**
 * Handles a WebSocket as a stream of bytes. Each write sends one binary message; each binary message received is a
 * chunk of the stream. A text message ends the stream with an error of the code `WS_MESSAGE_NOT_BINARY`.
 */
export type WebSocketHandler = (
  stream: Duplex,
  request: IncomingMessage,
  peerCertificates: PeerCertificates,
) => void;

/** The handlers of one path. */
export interface WebSocketPath {
  /** The handler of each subprotocol. The keys are lower case. */
  readonly subprotocols: ReadonlyMap<string, WebSocketHandler>;
  /** Handles a client that offers no subprotocol. */
  readonly withoutSubprotocol: WebSocketHandler;
}

/** A request for a WebSocket that is refused. `cause` is the part of the request that is unsupported. */
export interface RefusedRequest {
  readonly cause: 'path' | 'subprotocol' | 'handshake';
  readonly message: string;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
}

export interface WebSocketOptions {
  /** The handlers by path without query, for example `/$iothub/websocket`. */
  readonly paths: ReadonlyMap<string, WebSocketPath>;
  /** The maximum size of a message. A longer one closes the connection with code 1009. */
  readonly maximumMessageBytes: number;
  /** Answers an upgrade that is refused before its path is read. Returns false if the upgrade is not refused. */
  readonly refuse?: (request: IncomingMessage, socket: TLSSocket) => boolean;
  readonly onClientError?: (error: Error, remoteAddress: string | undefined) => void;
  /** Answers a request that is refused, and ends its connection. */
  readonly onRefused: (refused: RefusedRequest) => void;
}

// The close code of RFC 6455, section 7.4.1.
const UNSUPPORTED_DATA = 1003;

/** Accepts WebSockets on an HTTPS listener. */
export function acceptWebSockets(listener: HttpsListener, options: WebSocketOptions): void {
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: options.maximumMessageBytes,
    handleProtocols: (offered, request) => chooseSubprotocol([...offered], pathOf(request, options)) ?? false,
  });
  const { onRefused } = options;
  // Without this listener `ws` answers a malformed handshake itself.
  upgrader.on('wsClientError', ({ message }, socket, request) =>
    onRefused({ cause: 'handshake', message, request, socket }),
  );
  listener.onWebSocketRequest((request, socket, head) => {
    if (options.refuse?.(request, socket) === true) return;
    const path = pathOf(request, options);
    if (path === undefined) {
      const message = `There is no WebSocket at this path, but at ${[...options.paths.keys()].join(', ')}.`;
      return onRefused({ cause: 'path', message, request, socket });
    }
    const offered = offeredSubprotocols(request);
    const chosen = chooseSubprotocol(offered, path);
    if (offered.length > 0 && chosen === undefined) {
      const served = [...path.subprotocols.keys()].join(', ');
      const message = `Unsupported subprotocol: ${offered.join(', ')}. Supported: ${served || 'none'}.`;
      return onRefused({ cause: 'subprotocol', message, request, socket });
    }
    const handler = path.subprotocols.get(chosen?.toLowerCase() ?? '') ?? path.withoutSubprotocol;
    upgrader.handleUpgrade(request, socket, head, (webSocket) => {
      const stream = streamOf(webSocket, socket);
      stream.on('error', (error) => options.onClientError?.(error, socket.remoteAddress));
      handler(stream, request, () => listener.peerCertificatesOf(socket));
    });
  });
}

// The Java SDK sends the whole URL as its request target.
function pathOf({ url = '' }: IncomingMessage, { paths }: WebSocketOptions): WebSocketPath | undefined {
  const path = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  try {
    return paths.get(decodeURIComponent(path));
  } catch {
    return undefined;
  }
}

function offeredSubprotocols(request: IncomingMessage): readonly string[] {
  const names = request.headers['sec-websocket-protocol']?.split(',') ?? [];
  return names.map((name) => name.trim()).filter((name) => name !== '');
}

/** Returns the first supported subprotocol in the client's spelling, which the answer must repeat, or undefined. */
function chooseSubprotocol(offered: readonly string[], path: WebSocketPath | undefined): string | undefined {
  return offered.find((name) => path?.subprotocols.has(name.toLowerCase()));
}

function streamOf(webSocket: WebSocket, socket: TLSSocket): Duplex {
  const stream = createWebSocketStream(webSocket, {
    // Queued writes leave in one piece, but each write stays one message.
    writev(chunks, callback) {
      const last = chunks.length - 1;
      socket.cork();
      for (const [index, { chunk }] of chunks.entries())
        webSocket.send(chunk, index === last ? callback : undefined);
      socket.uncork();
    },
  });
  // Before the listener of the stream, which adds nothing to a destroyed stream.
  webSocket.prependListener('message', (_message: RawData, isBinary: boolean) => {
    if (isBinary) return;
    webSocket.close(UNSUPPORTED_DATA);
    const error = new Error('A WebSocket message is text, expected a binary one.');
    stream.destroy(Object.assign(error, { code: 'WS_MESSAGE_NOT_BINARY' }));
  });
  // A WebSocket that has ended cannot be written to, so the stream ends completely.
  return stream.once('end', () => stream.destroy());
}

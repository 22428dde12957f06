import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { separateBrowsers } from './browsers.ts';
import { type Listener, type ListenOptions, openListener, tlsOptionsOf } from './listener.ts';
import { rememberPeerCertificates } from './peer-certificates.ts';
import { routeUpgrades, type WebSocketRequestHandler } from './upgrades.ts';

/** A bound HTTPS port that can also accept WebSockets. */
export interface HttpsListener extends Listener {
  readonly server: Server;
  /** Returns the certificates that a client presented, as DER, leaf first. The list is empty if it presented none. */
  readonly peerCertificatesOf: (socket: TLSSocket) => readonly Buffer[];
  /** Passes on each request, except those for a WebSocket. */
  onRequest(take: RequestListener): void;
  /** Passes on each request whose `Expect` header is not `100-continue`. */
  onUnmetExpectation(take: RequestListener): void;
  /** Passes on each request for a WebSocket. Without it such requests are like others. */
  onWebSocketRequest(take: WebSocketRequestHandler): void;
  /** Passes on once each connection whose HTTP request is malformed or arrived too slowly. */
  onBrokenRequest(take: (error: NodeJS.ErrnoException, socket: Duplex) => void): void;
}

/**
 * Listens for HTTPS requests. An idle connection has no timeout, because a direct method may take ten minutes. A
 * request that meets the close of its idle connection would also fail. Rejects with a `ListenError`.
 */
export async function listenHttps(options: ListenOptions): Promise<HttpsListener> {
  const { headMilliseconds, requestMilliseconds } = options.timeouts;
  const server = createServer({
    ...tlsOptionsOf(options),
    keepAliveTimeout: 0,
    // Otherwise Node answers a request without `Host` itself.
    requireHostHeader: false,
    headersTimeout: headMilliseconds,
    requestTimeout: requestMilliseconds,
    // Node checks for slow clients only at this interval.
    connectionsCheckingInterval: Math.min(headMilliseconds / 2, 30_000),
  });
  const browsers = options.requestsBrowserCertificates ? undefined : separateBrowsers(server, options);
  const onWebSocketRequest = routeUpgrades(server);
  const secureSockets = new WeakSet<Duplex>();
  server.on('secureConnection', (socket) => secureSockets.add(socket));
  const listener = await openListener(server, options);
  return {
    ...listener,
    addCertificate: (certificate) => {
      listener.addCertificate(certificate);
      browsers?.addCertificate(certificate);
    },
    server,
    peerCertificatesOf: rememberPeerCertificates(),
    onRequest: (take) => server.on('request', take),
    onUnmetExpectation: (take) => server.on('checkExpectation', take),
    onWebSocketRequest,
    onBrokenRequest: (take) => {
      server.on('connect', (_request, socket) =>
        take(new Error('The method CONNECT is not supported.'), socket),
      );
      server.on('clientError', (error, socket) => {
        // Node also emits this event for a failed handshake, which `tlsClientError` has reported. And it repeats the
        // event for the bytes after a malformed request, while the answer to the first one may still be in a buffer.
        if (secureSockets.delete(socket)) take(error, socket);
      });
    },
  };
}

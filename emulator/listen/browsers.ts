import type { Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { isBrowserHello } from './client-hello.ts';
import { peekFirstRecord } from './first-record.ts';
import { type ListenOptions, type ServerCertificate, tlsOptionsOf } from './listener.ts';

/** The handshakes of the browsers that connect to an HTTPS port. */
export interface BrowserHandshakes {
  addCertificate(certificate: ServerCertificate): void;
}

/**
 * Requests no client certificate from browsers. Chromium fails every WebSocket to a server that requests one
 * (ERR_SSL_CLIENT_AUTH_CERT_NEEDED). The real hub requests it after it has read the HTTP request, by renegotiation,
 * which Node's server cannot do. Must be called before other listeners are added to the server.
 */
export function separateBrowsers(server: HttpsServer, options: ListenOptions): BrowserHandshakes {
  let added: ServerCertificate | undefined;
  let browsers: Server | undefined;
  // Most hubs never have a browser, so its TLS context is created for the first one.
  const browserServer = () => (browsers ??= createBrowserServer(server, options, added));
  const acceptOthers = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    peekFirstRecord(socket, options.timeouts.handshakeMilliseconds, {
      onBytes: (bytes) => {
        if (isBrowserHello(bytes)) browserServer().emit('connection', socket);
        else for (const accept of acceptOthers) accept.call(server, socket);
      },
      onFailure: (error) => options.onClientError?.(error, socket.remoteAddress),
    });
  });
  return {
    addCertificate: (certificate) => {
      added = certificate;
      browsers?.setSecureContext(tlsOptionsOf(options, certificate));
    },
  };
}

/** Creates a TLS server that binds no port. Its connections continue as those of the HTTPS server. */
function createBrowserServer(
  server: HttpsServer,
  options: ListenOptions,
  certificate: ServerCertificate | undefined,
): Server {
  const tls = { ...tlsOptionsOf(options, certificate), requestCert: false, ALPNProtocols: ['http/1.1'] };
  return createServer(tls)
    .on('secureConnection', (socket: TLSSocket) => server.emit('secureConnection', socket))
    .on('tlsClientError', (error, socket) => server.emit('tlsClientError', error, socket));
}

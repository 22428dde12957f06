import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { type Listener, type ListenOptions, openListener, tlsOptionsOf } from './listener.ts';
import { type PeerCertificates, rememberPeerCertificates } from './peer-certificates.ts';

/** A bound HTTPS port, open to WebSockets. */
export interface HttpsListener extends Listener {
  readonly server: Server;
  peerCertificatesOf(socket: TLSSocket): readonly Buffer[];
}

/**
 * Listens for HTTPS requests. Connections are kept alive for as long as the client likes: a direct method may take
 * ten minutes, and a client that sends just when an idle connection is closed sees a failure.
 */
export async function listenHttps(
  options: ListenOptions,
  onRequest: (request: IncomingMessage, response: ServerResponse, peerCertificates: PeerCertificates) => void,
): Promise<HttpsListener> {
  const peerCertificatesOf = rememberPeerCertificates();
  const server = createServer({ ...tlsOptionsOf(options), keepAliveTimeout: 0 }, (request, response) =>
    onRequest(request, response, () => peerCertificatesOf(request.socket as TLSSocket)),
  );
  const listener = await openListener(server, options);
  return { ...listener, server, peerCertificatesOf };
}

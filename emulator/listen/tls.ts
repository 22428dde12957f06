import { createServer, type TLSSocket } from 'node:tls';
import { type Listener, type ListenOptions, openListener, tlsOptionsOf } from './listener.ts';
import { type PeerCertificates, rememberPeerCertificates } from './peer-certificates.ts';

/**
 * Listens for TLS connections and passes on each one after its handshake. The socket already has an error listener.
 * Rejects with a `ListenError`.
 */
export function listenTls(
  options: ListenOptions,
  onSocket: (socket: TLSSocket, peerCertificates: PeerCertificates) => void,
): Promise<Listener> {
  const peerCertificatesOf = rememberPeerCertificates();
  const server = createServer(tlsOptionsOf(options), (socket) =>
    onSocket(socket, () => peerCertificatesOf(socket)),
  );
  return openListener(server, options);
}

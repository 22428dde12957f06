import { createServer, type TLSSocket } from 'node:tls';
import { type Listener, type ListenOptions, openListener, tlsOptionsOf } from './listener.ts';
import { type PeerCertificates, rememberPeerCertificates } from './peer-certificates.ts';

/** Listens for TLS connections and hands over each one after its handshake; socket errors are already heard. */
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

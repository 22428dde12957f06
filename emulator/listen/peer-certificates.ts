import type { TLSSocket } from 'node:tls';

/** Returns the certificates that a client presented, as DER, leaf first. The list is empty if it presented none. */
export type PeerCertificates = () => readonly Buffer[];

// Longer than any chain that a client sends.
const MAXIMUM_CHAIN_LENGTH = 64;

/** Returns a function that reads the certificates of a socket on the first call and remembers them. */
export function rememberPeerCertificates(): (socket: TLSSocket) => readonly Buffer[] {
  const remembered = new WeakMap<TLSSocket, readonly Buffer[]>();
  return (socket) => {
    // Node removes the presented certificates from the session as it reads them: a second read returns the leaf alone.
    const chain = remembered.get(socket) ?? readPeerCertificates(socket);
    remembered.set(socket, chain);
    return chain;
  };
}

// `getPeerCertificate(true)` loses certificates that were presented out of order. This loop keeps their order.
function readPeerCertificates(socket: TLSSocket): readonly Buffer[] {
  const chain: Buffer[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && chain.length < MAXIMUM_CHAIN_LENGTH) {
    chain.push(certificate.raw);
    const issuer = certificate.issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

import type { TLSSocket } from 'node:tls';

/** The certificates that a client presented, as DER, leaf first; empty where it presented none. */
export type PeerCertificates = () => readonly Buffer[];

// More than any client sends.
const MAXIMUM_CHAIN_LENGTH = 64;

/** Reads each socket's certificates when they are first asked for, and only once. */
export function rememberPeerCertificates(): (socket: TLSSocket) => readonly Buffer[] {
  const remembered = new WeakMap<TLSSocket, readonly Buffer[]>();
  return (socket) => {
    // Node takes the presented certificates out of the session as it reads them, so a second look finds the leaf alone.
    const chain = remembered.get(socket) ?? readPeerCertificates(socket);
    remembered.set(socket, chain);
    return chain;
  };
}

// `getPeerCertificate(true)` loses certificates that were presented out of order; this walk gives them as they came.
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

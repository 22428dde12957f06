import { connect, createSecureContext, type TLSSocket } from 'node:tls';

// Shared by all sockets, because creating it costs as much as a handshake.
const CONTEXT = createSecureContext({ minVersion: 'TLSv1.3' });

/** Connects over TLS 1.3, without resumption, and resolves after the handshake. */
export function openTls(port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, secureContext: CONTEXT },
      () => {
        socket.off('error', reject);
        resolve(socket);
      },
    );
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

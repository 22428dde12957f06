import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { Emulator } from '../../emulator/emulator.ts';

// One context for all connections, without verification: either would take as long as the handshake itself.
const CONTEXT = createSecureContext();

/** Connects to a port of an emulator and resolves after the handshake. Later errors of the socket are ignored. */
export function openTls({ host }: Emulator, port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, secureContext: CONTEXT, rejectUnauthorized: false }, () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
    socket.setNoDelay(true).once('error', reject);
  });
}

import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { Emulator } from '../../emulator/emulator.ts';

// One for all connections, and no look at the hub's certificate: each costs as much as the handshake itself.
const CONTEXT = createSecureContext();

/** Connects to a port of an emulator and resolves after the handshake; how the connection ends is the test's to see. */
export function openTls({ host }: Emulator, port: number): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, secureContext: CONTEXT, rejectUnauthorized: false }, () => {
      socket.off('error', reject).on('error', () => undefined);
      resolve(socket);
    });
    socket.setNoDelay(true).once('error', reject);
  });
}

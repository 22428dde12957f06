import type { Socket } from 'node:net';
import { isRecordIncomplete } from './client-hello.ts';

/** The functions that take the result of a peek. */
export interface PeekHandlers {
  /** Takes the first bytes: the first TLS record, or bytes that cannot become one. The socket still has them. */
  readonly onBytes: (bytes: Buffer) => void;
  /** Takes the error of a connection that ended or sent nothing complete in time. The socket is destroyed. */
  readonly onFailure: (error: NodeJS.ErrnoException) => void;
}

const NOTHING = Buffer.alloc(0);

/** Reads the first TLS record of a connection and puts it back. No other reader may be attached until then. */
export function peekFirstRecord(
  socket: Socket,
  timeoutMilliseconds: number,
  { onBytes, onFailure }: PeekHandlers,
): void {
  let received: Buffer = NOTHING;
  const stop = () => {
    clearTimeout(timer);
    socket.off('readable', read).off('end', end).off('error', fail).off('close', stop);
  };
  const fail = (error: NodeJS.ErrnoException) => {
    stop();
    onFailure(error);
    socket.destroy();
  };
  const end = () => fail(createError('ECONNRESET', 'socket hang up'));
  const read = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (isRecordIncomplete(received)) return;
    stop();
    socket.unshift(received);
    onBytes(received);
  };
  const timer = setTimeout(
    () => fail(createError('ERR_TLS_HANDSHAKE_TIMEOUT', 'TLS handshake timeout')),
    timeoutMilliseconds,
  );
  socket.on('readable', read).on('end', end).on('error', fail).on('close', stop);
}

// The codes and texts of Node's own TLS servers.
function createError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}

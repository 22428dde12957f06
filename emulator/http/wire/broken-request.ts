import type { Duplex } from 'node:stream';
import type { VirtualHost } from './http-service.ts';
import { answerOnSocket } from './socket-answer.ts';

const MESSAGES = new Map<string | undefined, string>([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  // Over TLS Node cannot delay pipelined requests beyond its buffers.
  ['HPE_PAUSED', 'More requests came than answers were read.'],
]);

/** Answers a request that is malformed or too slow with an error of the hub, and ends the connection. */
export function answerBrokenRequest(host: VirtualHost, error: NodeJS.ErrnoException, socket: Duplex): void {
  host.log('debug', 'request-broken', { code: error.code, message: error.message });
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const message = MESSAGES.get(error.code) ?? 'This is no valid HTTP request.';
  answerOnSocket(host, { name: 'IotHubFormatError', message }, socket);
}

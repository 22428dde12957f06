import type { Duplex } from 'node:stream';
import type { Hub } from '../../hub/hub.ts';
import { formatError } from './error-answer.ts';

const MESSAGES = new Map<string | undefined, string>([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  // Over TLS Node cannot hold back what was pipelined beyond its buffers.
  ['HPE_PAUSED', 'More requests came than answers were read.'],
]);

/** What is no HTTP request, or came too slowly, gets the hub's own error too, and the connection ends. */
export function answerBrokenRequest(hub: Hub, error: NodeJS.ErrnoException, socket: Duplex): void {
  hub.log('debug', 'request-broken', { reason: error.code ?? error.message });
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const requestId = hub.ids.guid();
  const message = MESSAGES.get(error.code) ?? 'This is no valid HTTP request.';
  const failure = { name: 'IotHubFormatError', message } as const;
  const { status, headers, body } = formatError(failure, 'text', {
    requestId,
    now: hub.clock.now(),
    hasGateway: true,
  });
  const text = typeof body === 'string' ? body : '';
  const lines = [
    `HTTP/1.1 ${status} Bad Request`,
    `x-ms-request-id: ${requestId}`,
    `${headers[0]}: ${headers[1]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

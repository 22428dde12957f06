import type { Duplex } from 'node:stream';
import { formatError } from './error-answer.ts';
import type { VirtualHost } from './http-service.ts';

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
  const requestId = host.ids.guid();
  const message = MESSAGES.get(error.code) ?? 'This is no valid HTTP request.';
  const failure = { name: 'IotHubFormatError', message } as const;
  const tracking = { requestId, now: host.clock.now(), hasGateway: true };
  const { status, headers, body } = formatError(failure, 'text', tracking);
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

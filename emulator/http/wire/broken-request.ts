import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatError } from './error-answer.ts';
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

/** Answers 417 to a request whose `Expect` header names something else than `100-continue`. */
export function answerUnmetExpectation(
  host: VirtualHost,
  { headers: { expect } }: IncomingMessage,
  response: ServerResponse,
): void {
  const message = `The expectation '${expect}' is not supported, only 100-continue is.`;
  host.log('debug', 'request-broken', { message });
  const requestId = host.ids.guid();
  const tracking = { requestId, now: host.clock.now(), hasGateway: true };
  const { headers, body } = formatError({ name: 'IotHubFormatError', message }, 'text', tracking);
  const text = typeof body === 'string' ? body : '';
  response.writeHead(417, [
    ...['x-ms-request-id', requestId],
    ...headers,
    ...['Content-Type', 'application/json; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(text))],
    ...['Connection', 'close'],
  ]);
  response.end(text);
}

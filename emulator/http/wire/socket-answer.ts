import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HubError } from '../../domain/errors.ts';
import { formatError } from './error-answer.ts';
import type { VirtualHost } from './http-service.ts';

/** Writes an error of the hub to the socket of a request that has no response, and ends the connection. */
export function answerOnSocket(host: VirtualHost, error: HubError, socket: Duplex): void {
  const requestId = host.ids.guid();
  const tracking = { requestId, now: host.clock.now(), hasGateway: true };
  const { status, headers, body } = formatError(error, 'text', tracking);
  const text = typeof body === 'string' ? body : '';
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-ms-request-id: ${requestId}`,
    `${headers[0]}: ${headers[1]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy());
}

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatError } from './error-answer.ts';
import type { VirtualHost } from './http-service.ts';

/** A response in the form of an error of the hub. `headers` alternates names and values. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** Creates the response to a request that no route can answer. Its error is `IotHubFormatError`. */
export function createErrorResponse(host: VirtualHost, message: string, status = 400): ErrorResponse {
  const requestId = host.ids.guid();
  const tracking = { requestId, now: host.clock.now(), hasGateway: true };
  const answer = formatError({ name: 'IotHubFormatError', message }, 'text', tracking);
  const body = typeof answer.body === 'string' ? answer.body : '';
  const headers = [
    ...['x-ms-request-id', requestId],
    ...answer.headers,
    ...['Content-Type', 'application/json; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(body))],
    ...['Connection', 'close'],
  ];
  return { status, headers, body };
}

/** Writes a response to a connection that Node no longer reads, and ends it. */
export function endWithResponse(socket: Duplex, { status, headers, body }: ErrorResponse): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  for (let index = 0; index < headers.length; index += 2)
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  socket.end(`${head}\r\n${body}`, () => socket.destroy());
}

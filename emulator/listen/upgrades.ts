import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

/** Takes a request for a WebSocket with its socket. `head` is what the client sent after the head of the request. */
export type WebSocketRequestHandler = (request: IncomingMessage, socket: TLSSocket, head: Buffer) => void;

/**
 * Passes on each request for a WebSocket and ignores every other upgrade, for example `h2c`. Node passes every upgrade
 * to its listener, so that the server reads an ignored one again without its `Upgrade` header. It must be called before
 * any other listener of the server is added.
 */
export function routeUpgrades(server: Server): (take: WebSocketRequestHandler) => void {
  // The listener with which Node reads HTTP from a new connection.
  const [readRequests] = server.listeners('secureConnection');
  return (take) => {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
      afterAnswers(socket, () => {
        if (isWebSocket) return take(request, socket as TLSSocket, head);
        socket.unshift(Buffer.concat([formatHead(request), head]));
        readRequests?.call(server, socket);
      });
    });
  };
}

/** Calls back when all earlier requests of a connection are answered. Otherwise Node would lose their order. */
function afterAnswers(socket: Duplex, run: () => void): void {
  // Node has no public name for the response that a socket currently writes.
  const response = (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage;
  if (response) response.once('finish', () => afterAnswers(socket, run));
  else run();
}

/** Formats the head of a request as it was received, without its `Upgrade` header. */
function formatHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${value}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

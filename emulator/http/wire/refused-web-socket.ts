import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { LogReason } from '../../domain/log-reasons.ts';
import type { VirtualHost } from './http-service.ts';
import { parseRequestTarget } from './request-target.ts';
import { answerOnSocket } from './socket-answer.ts';

/** A request for a WebSocket that the port does not serve. `cause` is the part of the request that is unsupported. */
export interface RefusedWebSocket {
  readonly cause: 'path' | 'subprotocol' | 'handshake';
  readonly message: string;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
}

const REASONS = {
  path: 'websocket-path-unknown',
  subprotocol: 'websocket-subprotocol-unsupported',
  handshake: 'websocket-handshake-malformed',
} as const satisfies Readonly<Record<RefusedWebSocket['cause'], LogReason>>;

/** Answers a refused WebSocket with 400 and an error of the hub, and ends the connection. */
export function answerRefusedWebSocket(host: VirtualHost, refused: RefusedWebSocket): void {
  const { cause, message, request, socket } = refused;
  // The query can contain credentials.
  const { path } = parseRequestTarget(request.url ?? '/');
  const { remoteAddress } = request.socket;
  host.log('warn', 'websocket-refused', { remoteAddress, path, reason: REASONS[cause], message });
  answerOnSocket(host, { name: 'IotHubFormatError', message }, socket);
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Endpoint } from './endpoints.ts';
import { type HttpsListener, listenHttps } from './listen/https.ts';
import type { Listener, ListenOptions } from './listen/listener.ts';
import type { PeerCertificates } from './listen/peer-certificates.ts';
import { listenTls } from './listen/tls.ts';
import { acceptWebSockets, type RefusedRequest, type WebSocketHandler } from './listen/websocket.ts';

/** The properties of a connection that a door accepts. */
export interface AcceptedConnection {
  readonly certificates: PeerCertificates;
  /** The name of the door, followed by `-ws` for a WebSocket connection. */
  readonly transport: string;
  readonly remoteAddress?: string;
  /** The address to which the client connected. */
  readonly localAddress?: string | undefined;
}

/** A door, which serves HTTP requests, connections, or both. */
export interface Door {
  /** Returns the listener that answers the requests of one HTTPS port. */
  serve?(peerCertificatesOf: HttpsListener['peerCertificatesOf']): RequestListener;
  /** Answers bytes that are not a valid HTTP request, or a request that timed out. */
  answerBroken?(error: NodeJS.ErrnoException, socket: Duplex): void;
  /** Answers a request that expects something else than `100-continue`. */
  answerUnmetExpectation?(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request for a WebSocket that is not served, and ends its connection. */
  refuseWebSocket?(refused: RefusedRequest): void;
  /** Answers an upgrade that no door may accept. Returns false if a door may accept it. */
  refuseUpgrade?(request: IncomingMessage, socket: TLSSocket): boolean;
  /** Accepts a connected stream. With WebSocket, each write to the stream is one message. */
  accept?(stream: Duplex, connection: AcceptedConnection): void;
}

const MAXIMUM_WEBSOCKET_MESSAGE_BYTES = 1024 * 1024;

/** Counts of requests and connections. A broken connection ended in its TLS handshake, or later by an error. */
export interface Traffic {
  requests: number;
  clientConnections: number;
  brokenConnections: number;
}

/** The doors, listen options and counts that all endpoints of an emulator share. */
export interface EndpointContext {
  readonly doors: Readonly<Record<string, Door>>;
  readonly listen: Omit<ListenOptions, 'port'>;
  readonly traffic: Traffic;
}

/** Binds the port of an endpoint and passes requests and connections to its doors. */
export async function openEndpoint(
  endpoint: Endpoint,
  port: number,
  context: EndpointContext,
): Promise<Listener> {
  checkDoors(endpoint, context.doors);
  const door = doorOf(context.doors, endpoint.door);
  const options = { ...context.listen, port };
  if (endpoint.listener === 'tls') {
    return listenTls(options, (socket, certificates) =>
      accept(context, endpoint.door, socket, socket, certificates, ''),
    );
  }
  const https = await listenHttps(options);
  const answer = door.serve?.(https.peerCertificatesOf);
  https.onRequest((request, response) => {
    context.traffic.requests += 1;
    answer?.(request, response);
  });
  https.onBrokenRequest((error, socket) => door.answerBroken?.(error, socket));
  https.onUnmetExpectation((request, response) =>
    door.answerUnmetExpectation === undefined
      ? response.destroy()
      : door.answerUnmetExpectation(request, response),
  );
  serveWebSockets(https, endpoint, context, door);
  return https;
}

function serveWebSockets(
  https: HttpsListener,
  { webSockets }: Endpoint,
  context: EndpointContext,
  httpDoor: Door,
): void {
  const handlerOf =
    (door: string): WebSocketHandler =>
    (stream, { socket }, certificates) =>
      accept(context, door, stream, socket, certificates, '-ws');
  const paths = webSockets.map(({ path, doors, defaultDoor }) => {
    const subprotocols = Object.entries(doors).map(([name, door]) => [name, handlerOf(door)] as const);
    return [
      path,
      { subprotocols: new Map(subprotocols), withoutSubprotocol: handlerOf(defaultDoor) },
    ] as const;
  });
  const { onClientError } = context.listen;
  acceptWebSockets(https, {
    paths: new Map(paths),
    maximumMessageBytes: MAXIMUM_WEBSOCKET_MESSAGE_BYTES,
    onRefused: (refused) =>
      httpDoor.refuseWebSocket === undefined ? refused.socket.destroy() : httpDoor.refuseWebSocket(refused),
    refuse: (request, socket) => httpDoor.refuseUpgrade?.(request, socket) === true,
    ...(onClientError === undefined ? {} : { onClientError }),
  });
}

function accept(
  { doors, traffic }: EndpointContext,
  door: string,
  stream: Duplex,
  { remoteAddress, localAddress }: Socket,
  certificates: PeerCertificates,
  suffix: '' | '-ws',
): void {
  traffic.clientConnections += 1;
  doorOf(doors, door).accept?.(stream, {
    certificates,
    transport: `${door}${suffix}`,
    localAddress,
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  });
}

// Without this, the requests or connections of a wrong row would wait for an answer for ever.
function checkDoors(
  { name, listener, door, webSockets }: Endpoint,
  doors: Readonly<Record<string, Door>>,
): void {
  const accepting = webSockets.flatMap((path) => [...Object.values(path.doors), path.defaultDoor]);
  if (listener === 'tls') accepting.push(door);
  else if (doorOf(doors, door).serve === undefined)
    throw new Error(`The door '${door}' of the endpoint '${name}' cannot serve requests.`);
  for (const each of accepting) {
    if (doorOf(doors, each).accept === undefined)
      throw new Error(`The door '${each}' of the endpoint '${name}' cannot accept connections.`);
  }
}

function doorOf(doors: Readonly<Record<string, Door>>, name: string): Door {
  const door = doors[name];
  if (door === undefined) throw new Error(`The door '${name}' in the table of endpoints does not exist.`);
  return door;
}

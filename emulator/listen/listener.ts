import { constants } from 'node:crypto';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';

/** A bound port. Closing destroys every connection and leaves no handle behind. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Where to listen, and what for. */
export interface ListenOptions {
  readonly host: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** PEM. */
  readonly key: string;
  /** PEM, without the root. */
  readonly cert: string;
  readonly timeouts?: ConnectionTimeouts;
  /** Hears of broken handshakes and connections; none of them is anybody's failure but the client's. */
  readonly onClientError?: (error: NodeJS.ErrnoException, remoteAddress: string | undefined) => void;
}

/** How long a client may take, in milliseconds, before its connection is closed. */
export interface ConnectionTimeouts {
  /** For its TLS handshake: half a minute unless told. */
  readonly handshakeMilliseconds?: number;
  /** For the head of an HTTP request, from the handshake or its first byte on: a minute unless told. */
  readonly headMilliseconds?: number;
  /** For a whole HTTP request: five minutes unless told. */
  readonly requestMilliseconds?: number;
}

/** The address is taken (`EADDRINUSE`), reserved for root (`EACCES`) or not of this machine (`EADDRNOTAVAIL`). */
export interface ListenError extends NodeJS.ErrnoException {
  readonly code: string;
  readonly address: string;
  readonly port: number;
}

export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'code' in error;
}

/**
 * Every client is asked for a certificate and none is refused here: the hub decides. No `ca`, because naming
 * authorities makes some clients withhold a self-signed certificate; no resumption, because a resumed session has
 * lost the client's intermediates.
 */
export function tlsOptionsOf(options: ListenOptions): TlsOptions {
  return {
    key: options.key,
    cert: options.cert,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: options.timeouts?.handshakeMilliseconds ?? 30_000,
    noDelay: true,
  };
}

/** Binds a TLS server and takes over the lifetime and the errors of its connections. */
export async function openListener(server: Server, options: ListenOptions): Promise<Listener> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    options.onClientError?.(error, socket.remoteAddress);
    socket.destroy();
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', (error) => options.onClientError?.(error, socket.remoteAddress));
  });
  await bind(server, options);
  // Such as too many open files while accepting: the port lives on.
  server.on('error', (error: Error) => options.onClientError?.(error, undefined));
  const { address, port } = server.address() as AddressInfo;
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= shut(server, connections));
  return { host: address, port, close, [Symbol.asyncDispose]: close };
}

function bind(server: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function shut(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const connection of connections) connection.destroy();
  });
}

import { constants } from 'node:crypto';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';

/** A bound port. Closing it destroys every connection and releases every handle. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The address to bind, the server's certificate and the timeouts of its connections. */
export interface ListenOptions {
  readonly host: string;
  /** The port. 0 chooses a free one. */
  readonly port: number;
  /** The private key as PEM. */
  readonly key: string;
  /** The certificate chain as PEM, without the root. */
  readonly cert: string;
  readonly timeouts: ConnectionTimeouts;
  /** Reports each failed handshake and each broken connection. The client is the cause of all of them. */
  readonly onClientError?: (error: NodeJS.ErrnoException, remoteAddress: string | undefined) => void;
}

/** The times after which a client's connection is closed, in milliseconds. */
export interface ConnectionTimeouts {
  /** The time for the TLS handshake. */
  readonly handshakeMilliseconds: number;
  /** The time for the head of an HTTP request, from the handshake or from its first byte. */
  readonly headMilliseconds: number;
  /** The time for a whole HTTP request. */
  readonly requestMilliseconds: number;
}

/**
 * An error of binding. `EADDRINUSE`: the port is in use. `EACCES`: the port is reserved for root. `EADDRNOTAVAIL`: the
 * address does not belong to this machine.
 */
export interface ListenError extends NodeJS.ErrnoException {
  readonly code: string;
  readonly address: string;
  readonly port: number;
}

/** Returns true if the error says that a port could not be bound. */
export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'code' in error;
}

/**
 * Returns the TLS options of a port. The port requests a certificate and accepts every one: the hub decides. It sets
 * no `ca`, because some clients withhold a self-signed certificate when authorities are named. It allows no
 * resumption, because a resumed session has lost the client's intermediate certificates.
 */
export function tlsOptionsOf(options: ListenOptions): TlsOptions {
  return {
    key: options.key,
    cert: options.cert,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_TICKET,
    handshakeTimeout: options.timeouts.handshakeMilliseconds,
    noDelay: true,
  };
}

/**
 * Binds a TLS server, and owns the lifetime and the errors of its connections. Rejects with a `ListenError` if the
 * address cannot be bound.
 */
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
  // For example too many open files during an accept: the port stays open.
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

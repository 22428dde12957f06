import { constants } from 'node:crypto';
import type { AddressInfo, Server, Socket } from 'node:net';
import { DEFAULT_CIPHERS, type TlsOptions, type Server as TlsServer } from 'node:tls';
import { type TakeClientError, watchTlsFailures } from './tls-failures.ts';

/** A bound port. Closing it destroys every connection and releases every handle. */
export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Presents a second certificate to new clients that cannot use the first one. It has another kind of key. */
  addCertificate(certificate: ServerCertificate): void;
  close(): Promise<void>;
}

/** The certificate of a server. */
export interface ServerCertificate {
  /** The private key as PEM. */
  readonly key: string;
  /** The certificate chain as PEM, without the root. */
  readonly cert: string;
}

/** The address to bind, the server's certificate and the timeouts of its connections. */
export interface ListenOptions extends ServerCertificate {
  readonly host: string;
  /** The port. 0 chooses a free one. */
  readonly port: number;
  readonly timeouts: ConnectionTimeouts;
  /** True if an HTTPS port requests a client certificate from browsers too. Default: false. */
  readonly requestsBrowserCertificates?: boolean;
  /** Takes each failed handshake and each broken connection. */
  readonly onClientError?: TakeClientError;
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

// Node's own order has ECDHE-RSA first. The cipher suite chooses the certificate in TLS 1.2.
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  DEFAULT_CIPHERS,
].join(':');

/**
 * Returns the TLS options of a port. The port requests a certificate and accepts every one: the hub decides. It sets
 * no `ca`, because some clients withhold a self-signed certificate when authorities are named. It allows no
 * resumption, because a resumed session has lost the client's intermediate certificates. A client that can use ECDSA
 * gets the certificate with the P-256 key, because RSA costs more time.
 */
export function tlsOptionsOf(options: ListenOptions, rsa?: ServerCertificate): TlsOptions {
  return {
    key: rsa === undefined ? options.key : [rsa.key, options.key],
    cert: rsa === undefined ? options.cert : [rsa.cert, options.cert],
    ciphers: CIPHERS,
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
export async function openListener(server: TlsServer, options: ListenOptions): Promise<Listener> {
  const connections = new Set<Socket>();
  let closed: Promise<void> | undefined;
  // The connections that a closing listener destroys are not broken by their clients.
  const report: TakeClientError = (...failure) => closed === undefined && options.onClientError?.(...failure);
  server.on('connection', (socket: Socket) => {
    // Node keeps the address that was read once, also when the connection is closed.
    void socket.remoteAddress;
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  watchTlsFailures(server, report);
  await bind(server, options);
  // For example too many open files during an accept: the port stays open.
  server.on('error', (error: Error) => report(error, undefined));
  const { address, port } = server.address() as AddressInfo;
  const close = () => (closed ??= shut(server, connections));
  return {
    host: address,
    port,
    // This call forgets every option that it does not repeat.
    addCertificate: (certificate) => server.setSecureContext(tlsOptionsOf(options, certificate)),
    close,
    [Symbol.asyncDispose]: close,
  };
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

import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** The reasons for which a TLS connection fails before its first byte of data. `LOG_REASONS` has the meanings. */
export type TlsFailureReason =
  | 'tls-untrusted-authority'
  | 'tls-no-common-cipher'
  | 'tls-protocol'
  | 'tls-perhaps-untrusted';

/** Takes one failed handshake or broken connection. The client is the cause of all of them. */
export type TakeClientError = (
  error: NodeJS.ErrnoException,
  remoteAddress: string | undefined,
  reason?: TlsFailureReason,
) => void;

/** Reports each failed handshake and each error of a connection of a TLS server, and destroys failed connections. */
export function watchTlsFailures(server: Server, report: TakeClientError): void {
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
    const transport = transportOf(socket);
    report(error, transport?.remoteAddress, reasonOf(error, transport?.bytesRead ?? 0));
    socket.destroy();
  });
  // These two use `this`, so that a connection needs no function of its own.
  function reportError(this: TLSSocket, error: NodeJS.ErrnoException): void {
    report(error, transportOf(this)?.remoteAddress, this.bytesRead === 0 ? reasonOf(error, 1) : undefined);
  }
  function reportEndWithoutData(this: TLSSocket): void {
    if (this.bytesRead > 0) return;
    report(new Error('The client sent no data.'), transportOf(this)?.remoteAddress, 'tls-perhaps-untrusted');
  }
  server.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', reportError);
    socket.on('end', reportEndWithoutData);
  });
}

// Node documents no way from a TLS socket to its TCP socket. A closed TLS socket knows no address and no bytes.
function transportOf(socket: TLSSocket & { readonly _parent?: Socket | null }): Socket | undefined {
  return socket._parent ?? undefined;
}

// TLS alerts 42, 45, 46 and 48. A client without a clock sends 45. The names of these codes begin with `SSLV3`, `TLSV1` or `SSL/TLS`.
const UNTRUSTED = /ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|UNKNOWN_CA)$/;
const NO_COMMON_CIPHER =
  /NO_SHARED_CIPHER|NO_(?:SHARED|SUITABLE)_SIGNATURE_ALGORITHMS?|NO_SUITABLE_(?:KEY_SHARE|GROUPS)|ALERT_HANDSHAKE_FAILURE$/;

/** Returns the reason of an error before the first byte of data. `receivedBytes` counts the bytes of TLS. */
function reasonOf({ code = '' }: NodeJS.ErrnoException, receivedBytes: number): TlsFailureReason | undefined {
  if (code.startsWith('ERR_SSL_')) {
    if (UNTRUSTED.test(code)) return 'tls-untrusted-authority';
    return NO_COMMON_CIPHER.test(code) ? 'tls-no-common-cipher' : 'tls-protocol';
  }
  // Node clients send no alert. A connection without a byte is a test of the port, not a TLS client.
  return code === 'ECONNRESET' && receivedBytes > 0 ? 'tls-perhaps-untrusted' : undefined;
}

import { LOG_REASONS } from './domain/log-events.ts';
import type { Log } from './hub/ports.ts';
import type { TakeClientError, TlsFailureReason } from './listen/tls-failures.ts';

const MAXIMUM_REMEMBERED = 1000;

/**
 * Returns a function that logs broken connections. The first TLS failure of an address for each reason is a warning,
 * because SDKs hide it. A client that tries again and again writes no second one.
 */
export function createFailureLog(log: Log): TakeClientError {
  const warned = new Set<string>();
  const isNew = (remoteAddress: string | undefined, reason: TlsFailureReason) => {
    const key = `${reason} ${remoteAddress}`;
    if (warned.has(key)) return false;
    const [oldest] = warned;
    if (oldest !== undefined && warned.size >= MAXIMUM_REMEMBERED) warned.delete(oldest);
    warned.add(key);
    return true;
  };
  return ({ code, message }, remoteAddress, reason) => {
    if (reason === undefined) return log('debug', 'connection-broken', { remoteAddress, message });
    log(isNew(remoteAddress, reason) ? 'warn' : 'debug', 'connection-broken', {
      remoteAddress,
      reason,
      // The text of OpenSSL has addresses in memory and names of source files.
      message: code === undefined ? LOG_REASONS[reason] : `${LOG_REASONS[reason]} (${code})`,
    });
  };
}

import type { IncomingMessage } from 'node:http';
import type { Result } from '../../domain/result.ts';
import type { Route } from './route.ts';
import type { MatchedRoute } from './route-table.ts';

/** A server of a door, chosen by the `Host` header, for example a hub. */
export interface VirtualHost {
  readonly clock: { now(): number };
  readonly ids: { guid(): string };
  log(
    level: 'error' | 'warn' | 'debug',
    event: string,
    fields: Readonly<Record<string, string | undefined>>,
  ): void;
  /** Returns undefined if all changes so far are kept, otherwise a promise that resolves when they are. */
  kept(): Promise<void> | undefined;
}

/** The server's side of a connection. */
interface LocalSide {
  readonly localAddress?: string | undefined;
}

/** An HTTP API: its routes, its virtual hosts and its authorization. */
export interface HttpService<Host extends VirtualHost, Caller, R extends Route<Host, Caller>> {
  readonly routes: readonly R[];
  /**
   * Returns the virtual host with a name, as the `Host` header has it, or undefined if none has the name. The name is
   * undefined if there is no header. `connection` has the address to which the client connected.
   */
  hostOf(hostName: string | undefined, connection: LocalSide): Host | undefined;
  /** Refuses requests to a name that no virtual host has. */
  readonly defaultHost: Host;
  /** Returns the text of the log for such a name. */
  describeForeignName(hostName: string): string;
  /** Checks whether the caller may use the route, before the body is read. */
  authorize(host: Host, match: MatchedRoute<R>, request: IncomingMessage): Result<Caller>;
  /** Returns true if the tracking id of a failed request names a gateway. */
  hasGateway(path: string): boolean;
}

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

/** An HTTP API: its routes, its virtual hosts and its authorization. */
export interface HttpService<Host extends VirtualHost, Caller, R extends Route<Host, Caller>> {
  readonly routes: readonly R[];
  /** Returns the virtual host with a name, as the `Host` header has it. The name is undefined if there is no header. */
  hostOf(hostName: string | undefined): Host;
  /** Checks whether the caller may use the route, before the body is read. */
  authorize(host: Host, match: MatchedRoute<R>, request: IncomingMessage): Result<Caller>;
  /** Returns true if the tracking id of a failed request names a gateway. */
  hasGateway(path: string): boolean;
}

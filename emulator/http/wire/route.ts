import type { IncomingHttpHeaders } from 'node:http';
import type { HubErrorName } from '../../domain/errors.ts';
import type { Result } from '../../domain/result.ts';
import type { Answer } from './answers.ts';
import type { Query } from './request-target.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

/** An authorized request with its whole body. `parameters` are the named segments of the path, decoded but not validated. */
export interface HttpRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as received, alternating. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type Outcome = Result<Answer> | Promise<Result<Answer>>;

/** Performs the operation of a route on a virtual host, for an authorized caller. */
export type Handler<Host, Caller> = (host: Host, request: HttpRequest, caller: Caller) => Outcome;

/** The part of a route that does not depend on the service. */
export interface RouteHead {
  /** The stable name of the operation. The log writes it. */
  readonly operation: string;
  readonly method: Method;
  /**
   * `:name` is a parameter; the other words match in any letter case. `?name` at the end demands a query parameter:
   * the next route with the same words serves requests without it.
   */
  readonly path: string;
  readonly meaning: string;
  readonly maximumBodyBytes?: number;
  /** The errors that are a JSON document inside `Message`. The others are text. */
  readonly jsonErrors?: 'all' | readonly HubErrorName[];
  /** A header with which a request may omit `api-version`. */
  readonly versionlessHeader?: string;
}

/** An operation that the emulator performs. */
export type SupportedRoute<Host, Caller> = RouteHead & { readonly handle: Handler<Host, Caller> };

/** An operation that is not supported. `refused` says why. */
export type RefusedRoute = RouteHead & { readonly refused: string };

/** One operation of an HTTP API. */
export type Route<Host, Caller> = SupportedRoute<Host, Caller> | RefusedRoute;

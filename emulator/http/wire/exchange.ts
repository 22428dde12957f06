import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubError, HubErrorName } from '../../domain/errors.ts';
import type { Result } from '../../domain/result.ts';
import type { Answer } from './answers.ts';
import { formatError } from './error-answer.ts';
import type { HttpService, VirtualHost } from './http-service.ts';
import { parseRequestTarget, type Query } from './request-target.ts';
import type { Route, RouteHead } from './route.ts';
import type { RouteFinder, RouteMatch } from './route-table.ts';

/** One request, the virtual host that it addresses, and the route of its path. */
export interface Exchange<Host extends VirtualHost = VirtualHost, R extends RouteHead = RouteHead> {
  readonly service: { hasGateway(path: string): boolean };
  readonly host: Host;
  /** True if no virtual host has the name of the `Host` header. The exchange has the default host. */
  readonly isForeign: boolean;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly match: RouteMatch<R>;
}

/** Reads the head of a request. */
export function openExchange<Host extends VirtualHost, Caller, R extends Route<Host, Caller>>(
  service: HttpService<Host, Caller, R>,
  findRoute: RouteFinder<R>,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange<Host, R> {
  const { headers, url = '/' } = request;
  const found = service.hostOf(headers.host, request.socket);
  const host = found ?? service.defaultHost;
  const isForeign = found === undefined;
  // The Java client cannot send PATCH and names it in a header.
  const override = request.method === 'POST' ? headers['x-http-method-override'] : undefined;
  const method = typeof override === 'string' ? override.toUpperCase() : (request.method ?? 'GET');
  const target = parseRequestTarget(url);
  const { path, query } = target;
  const match = findRoute(method, target);
  return { service, host, isForeign, request, response, method, path, query, match };
}

/** Writes the answer to a request, or the form of its error. */
export function writeResult(exchange: Exchange, result: Result<Answer>): void {
  const requestId = exchange.host.ids.guid();
  const { status, headers, body } = result.ok ? result.value : answerError(exchange, requestId, result.error);
  const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
  const all = ['x-ms-request-id', requestId, 'Vary', 'Origin', ...headers, 'Content-Length', String(length)];
  if (typeof body === 'string') all.push('Content-Type', 'application/json; charset=utf-8');
  exchange.response.writeHead(status, all);
  exchange.response.end(body);
}

/** Answers a request that failed because of a bug of the emulator, and logs the stack. */
export function failExchange(exchange: Exchange, cause: unknown): void {
  const { host, response } = exchange;
  const message = cause instanceof Error ? cause.stack : String(cause);
  host.log('error', 'request-crashed', { ...logFieldsOf(exchange), message });
  if (response.headersSent) response.destroy();
  else {
    const error = { name: 'ServerError', message: 'The emulator failed to answer this request.' } as const;
    writeResult(exchange, { ok: false, error });
  }
}

/** The log fields that name a request. A request that leads to no route has no operation. */
interface RequestLogFields {
  readonly operation: string | undefined;
  readonly method: string;
  readonly path: string;
}

/** Returns the log fields that name a request. */
export function logFieldsOf({ method, path, match }: Exchange): RequestLogFields {
  return { operation: match.kind === 'route' ? match.route.operation : undefined, method, path };
}

function answerError(exchange: Exchange, requestId: string, error: HubError): Answer {
  const { service, host, path, match } = exchange;
  host.log('debug', 'request-failed', { ...logFieldsOf(exchange), errorCode: error.name });
  const tracking = { requestId, now: host.clock.now(), hasGateway: service.hasGateway(path) };
  const answer = formatError(error, hasJsonForm(match, error.name) ? 'json' : 'text', tracking);
  // Another error is found before the route, so that it does not name the methods.
  if (match.kind !== 'otherMethods' || error.name !== 'GenericMethodNotAllowed') return answer;
  return { ...answer, headers: [...answer.headers, 'Allow', match.methods.join(', ')] };
}

function hasJsonForm(match: RouteMatch<RouteHead>, name: HubErrorName): boolean {
  if (match.kind !== 'route') return false;
  const { jsonErrors = [] } = match.route;
  return jsonErrors === 'all' || jsonErrors.includes(name);
}

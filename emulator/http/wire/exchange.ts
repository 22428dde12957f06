import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HubError, HubErrorName } from '../../domain/errors.ts';
import type { Result } from '../../domain/result.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Answer } from './answers.ts';
import { type ErrorForm, formatError } from './error-answer.ts';
import { parsePath, parseRequestTarget, type RequestTarget } from './request-target.ts';
import type { Route, RouteFinder, RouteMatch } from './route.ts';

/** One request and the way to answer it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly target: RequestTarget;
  readonly match: RouteMatch;
}

export function openExchange(
  findRoute: RouteFinder,
  request: IncomingMessage,
  response: ServerResponse,
): Exchange {
  const method = methodOf(request);
  const target = parseRequestTarget(request.url ?? '/');
  return { request, response, method, target, match: findRoute(method, parsePath(target.path)) };
}

/** Writes what came of the request. */
export function answerExchange(hub: Hub, exchange: Exchange, result: Result<Answer>): void {
  const requestId = hub.ids.guid();
  if (result.ok) write(exchange.response, requestId, result.value);
  else writeError(hub, exchange, requestId, result.error);
}

/** Tells the caller of a bug of ours, and the log where it is. */
export function failExchange(hub: Hub, exchange: Exchange, cause: unknown): void {
  const { method, target, response } = exchange;
  const reason = cause instanceof Error ? cause.stack : String(cause);
  hub.log('error', 'request-crashed', { operation: `${method} ${target.path}`, reason });
  if (response.headersSent) response.destroy();
  else {
    const error = { name: 'ServerError', message: 'The emulator failed to answer this request.' } as const;
    writeError(hub, exchange, hub.ids.guid(), error);
  }
}

// The Java client cannot send PATCH and says it in a header.
function methodOf(request: IncomingMessage): string {
  const override = request.method === 'POST' ? request.headers['x-http-method-override'] : undefined;
  return typeof override === 'string' ? override.toUpperCase() : (request.method ?? 'GET');
}

function writeError(hub: Hub, exchange: Exchange, requestId: string, error: HubError): void {
  const { method, target, match, response } = exchange;
  hub.log('debug', 'request-failed', { operation: `${method} ${target.path}`, errorCode: error.name });
  const route = match.kind === 'route' ? match.route : undefined;
  // Twin errors bear no gateway number.
  const tracking = { requestId, now: hub.clock.now(), hasGateway: !target.path.startsWith('/twins') };
  const answer = formatError(error, errorFormOf(route, error.name), tracking);
  const allow = match.kind === 'otherMethods' ? ['Allow', match.methods.join(', ')] : [];
  write(response, requestId, { ...answer, headers: [...answer.headers, ...allow] });
}

function errorFormOf(route: Route | undefined, name: HubErrorName): ErrorForm {
  if (route?.jsonErrors === 'always') return 'json';
  const isOfModule = name === 'IotHubUnauthorizedAccess' || name === 'ModuleAlreadyExistsOnDevice';
  return route?.jsonErrors === 'moduleIdentity' && isOfModule ? 'json' : 'text';
}

function write(response: ServerResponse, requestId: string, { status, headers, body }: Answer): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
  const all = ['x-ms-request-id', requestId, 'Vary', 'Origin', ...headers, 'Content-Length', String(length)];
  if (typeof body === 'string') all.push('Content-Type', 'application/json; charset=utf-8');
  response.writeHead(status, all);
  response.end(body);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type Response, Router } from 'express';
import type { HubErrorName } from '../domain/errors.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Hub } from '../hub/hub.ts';
import type { Answer } from './answers.ts';
import { authorize, CALLING_MODULE, type PeerCertificates } from './authorize.ts';
import { type ErrorForm, formatError } from './error-answer.ts';
import { hasBody, readBody } from './request-body.ts';
import { parsePath, parseRequestTarget, type RequestTarget } from './request-target.ts';
import { createRouteFinder, type Route, type RouteFinder, type RouteMatch } from './route.ts';
import { ROUTES } from './routes.ts';

/** What the door cannot know by itself. */
export interface HttpDoorOptions {
  /** The certificates that the client showed on the TLS connection of a request. */
  readonly peerCertificates: PeerCertificates;
}

/** Answers one request of a `node:http` server. */
export type HttpDoor = (request: IncomingMessage, response: ServerResponse) => void;

const MAXIMUM_BODY_BYTES = 1_048_576;
const API_VERSION = /^\d{4}-\d{2}-\d{2}(-preview)?$/;
const NO_BODY = Buffer.alloc(0);

/**
 * The service API and the device API over HTTPS. Express is the shell; the hub's own route table does the matching,
 * for ids hold characters that a router would take for its own.
 */
export function createHttpDoor(hub: Hub, options: HttpDoorOptions): HttpDoor {
  const findRoute = createRouteFinder(ROUTES);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    void answerRequest(hub, options, findRoute, request, response);
  };
  // A router and no whole application: that would change the prototypes of every request and response,
  // which costs more than all the rest of a request.
  const router = Router();
  router.use(answer);
  // Express would answer a target that it cannot read with a page of its own.
  return (request, response) =>
    router(request as Request, response as Response, () => answer(request, response));
}

async function answerRequest(
  hub: Hub,
  options: HttpDoorOptions,
  findRoute: RouteFinder,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = methodOf(request);
  const target = parseRequestTarget(request.url ?? '/');
  const match = findRoute(method, parsePath(target.path));
  const requestId = hub.ids.guid();
  let result: Result<Answer>;
  try {
    result = await perform(hub, options, match, target, request);
  } catch (error) {
    result = failed('ServerError', 'The emulator failed to answer this request.');
    const stack = error instanceof Error ? error.stack : String(error);
    hub.log('error', 'request-crashed', { operation: `${method} ${target.path}`, reason: stack });
  }
  if (result.ok) return write(response, requestId, result.value);
  const error = result.error;
  hub.log('debug', 'request-failed', { operation: `${method} ${target.path}`, errorCode: error.name });
  const route = match.kind === 'route' ? match.route : undefined;
  // Twin errors bear no gateway number.
  const tracking = { requestId, now: hub.clock.now(), hasGateway: !target.path.startsWith('/twins') };
  const answer = formatError(error, errorFormOf(route, error.name), tracking);
  const allow = match.kind === 'otherMethods' ? ['Allow', match.methods.join(', ')] : [];
  write(response, requestId, { ...answer, headers: [...answer.headers, ...allow] });
}

async function perform(
  hub: Hub,
  options: HttpDoorOptions,
  match: RouteMatch,
  target: RequestTarget,
  request: IncomingMessage,
): Promise<Result<Answer>> {
  // Before authentication: Azure IoT Edge's diagnostics ask without a token and look for this very code.
  if (!hasApiVersion(target, match, request)) return failed('InvalidProtocolVersion', 'BadRequest');
  if (match.kind === 'none') return failed('GenericNotFound', `There is no operation ${target.path}`);
  if (match.kind === 'otherMethods') {
    return failed('GenericMethodNotAllowed', `Use ${match.methods.join(' or ')} on ${target.path}`);
  }
  const { route, parameters } = match;
  const caller = authorize(hub, match, request, options.peerCertificates);
  if (!caller.ok) return caller;
  if ('refused' in route) return refuse(hub, route, route.refused);
  const body = hasBody(request)
    ? await readBody(request, route.maximumBodyBytes ?? MAXIMUM_BODY_BYTES)
    : ok(NO_BODY);
  if (!body.ok) return body;
  const { headers, rawHeaders } = request;
  const hubRequest = { parameters, query: target.query, headers, rawHeaders, body: body.value };
  if (route.api !== 'device') return route.handle(hub, hubRequest);
  if (caller.value === undefined) return failed('IotHubUnauthorized', 'Unauthorized');
  return route.handle(hub, hubRequest, caller.value);
}

// The Node module client invokes methods without one.
function hasApiVersion(target: RequestTarget, match: RouteMatch, request: IncomingMessage): boolean {
  const apiVersion = target.query.get('api-version');
  if (apiVersion !== undefined) return API_VERSION.test(apiVersion);
  const isModule = request.headers[CALLING_MODULE] !== undefined;
  return isModule && match.kind === 'route' && match.route.api === 'moduleOrService';
}

// The Java client cannot send PATCH and says it in a header.
function methodOf(request: IncomingMessage): string {
  const override = request.method === 'POST' ? request.headers['x-http-method-override'] : undefined;
  return typeof override === 'string' ? override.toUpperCase() : (request.method ?? 'GET');
}

function refuse(hub: Hub, route: Route, reason: string): Result<never> {
  const operation = `${route.method} ${route.path}`;
  hub.log('warn', 'operation-not-supported', { operation, errorCode: 'FeatureNotSupported', reason });
  return failed('FeatureNotSupported', `${route.meaning}: ${reason}`);
}

function errorFormOf(route: Route | undefined, name: HubErrorName): ErrorForm {
  if (route?.jsonErrors === 'always') return 'json';
  const isOfModule = name === 'IotHubUnauthorizedAccess' || name === 'ModuleAlreadyExistsOnDevice';
  return route?.jsonErrors === 'moduleIdentity' && isOfModule ? 'json' : 'text';
}

function write(response: ServerResponse, requestId: string, answer: Answer): void {
  const headers = ['x-ms-request-id', requestId, 'Vary', 'Origin', ...answer.headers];
  const { status, body } = answer;
  const length = typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0);
  if (typeof body === 'string') headers.push('Content-Type', 'application/json; charset=utf-8');
  headers.push('Content-Length', String(length));
  response.writeHead(status, headers);
  response.end(body);
}

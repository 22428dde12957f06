import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type Response, Router } from 'express';
import { failed, ok, type Result } from '../../domain/result.ts';
import { type Exchange, failExchange, logFieldsOf, openExchange, writeResult } from './exchange.ts';
import type { HttpService, VirtualHost } from './http-service.ts';
import { readBody } from './request-body.ts';
import type { Outcome, RefusedRoute, Route, SupportedRoute } from './route.ts';
import { createRouteTable } from './route-table.ts';

/** Answers one request of a `node:http` server. */
export type HttpDoor = (request: IncomingMessage, response: ServerResponse) => void;

const MAXIMUM_BODY_BYTES = 1_048_576;
const API_VERSION = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

/**
 * Creates the door of an HTTP API. Express is the shell. The route table of the API matches requests, because the
 * router of Express interprets characters that ids contain.
 */
export function createDoor<Host extends VirtualHost, Caller, R extends Route<Host, Caller>>(
  service: HttpService<Host, Caller, R>,
): HttpDoor {
  const findRoute = createRouteTable(service.routes);
  // Not an application: it would change the prototypes of every request and response. That costs more than the rest
  // of a request.
  const router = Router();
  router.use(answer);
  // Express calls back if it cannot read the target.
  return (request, response) =>
    router(request as Request, response as Response, () => answer(request, response));

  // Waits only for what is not there yet: most answers are written within this call.
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = openExchange(service, findRoute, request, response);
    try {
      let outcome: Outcome;
      const admitted = admit(service, exchange);
      if (!admitted.ok) outcome = admitted;
      else {
        const { route, parameters, caller } = admitted.value;
        const reading = readBody(request, route.maximumBodyBytes ?? MAXIMUM_BODY_BYTES);
        const read = reading instanceof Promise ? await reading : reading;
        const { host, query } = exchange;
        const { headers, rawHeaders } = request;
        outcome = read.ok
          ? route.handle(host, { parameters, query, headers, rawHeaders, body: read.value }, caller)
          : read;
      }
      const result = outcome instanceof Promise ? await outcome : outcome;
      const kept = exchange.host.kept();
      if (kept !== undefined) await kept;
      writeResult(exchange, result);
    } catch (error) {
      failExchange(exchange, error);
    }
  }
}

/** A request that may be performed: its route, with the parameters, and the authorized caller. */
interface Admission<Host, Caller> {
  readonly route: SupportedRoute<Host, Caller>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly caller: Caller;
}

/** Decides by the head of a request whether it is performed. */
function admit<Host extends VirtualHost, Caller, R extends Route<Host, Caller>>(
  service: HttpService<Host, Caller, R>,
  exchange: Exchange<Host, R>,
): Result<Admission<Host, Caller>> {
  const { host, isForeign, request, path, match } = exchange;
  if (request.headers.host === undefined && request.httpVersion !== '1.0') {
    return failed('IotHubFormatError', 'The request has no Host header.');
  }
  // Before authentication: the diagnostics of Azure IoT Edge send no token and expect this error.
  if (!hasApiVersion(exchange)) return failed('InvalidProtocolVersion', 'BadRequest');
  if (isForeign) return refuseForeignName(service, exchange);
  if (match.kind === 'none') return failed('GenericNotFound', `There is no operation ${path}`);
  if (match.kind === 'otherMethods') {
    return failed('GenericMethodNotAllowed', `Use ${match.methods.join(' or ')} on ${path}`);
  }
  const caller = service.authorize(host, match, request);
  if (!caller.ok) return caller;
  const route: Route<Host, Caller> = match.route;
  if ('refused' in route) return refuse(exchange, route);
  return ok({ route, parameters: match.parameters, caller: caller.value });
}

function hasApiVersion({ request, query, match }: Exchange): boolean {
  const apiVersion = query.get('api-version');
  if (apiVersion !== undefined) return API_VERSION.test(apiVersion);
  const header = match.kind === 'route' ? match.route.versionlessHeader : undefined;
  return header !== undefined && request.headers[header] !== undefined;
}

// The real hub answers 401, not 404 (Azure/azure-iot-cli-extension#77).
function refuseForeignName<Host extends VirtualHost, Caller, R extends Route<Host, Caller>>(
  service: HttpService<Host, Caller, R>,
  exchange: Exchange<Host, R>,
): Result<never> {
  const { host, request } = exchange;
  host.log('warn', 'host-name-refused', {
    ...logFieldsOf(exchange),
    reason: 'host-name-mismatch',
    message: service.describeForeignName(request.headers.host ?? ''),
  });
  return failed('IotHubNotFound', 'Unauthorized', 'host-name-mismatch');
}

function refuse(exchange: Exchange, route: RefusedRoute): Result<never> {
  const errorCode = 'FeatureNotSupported';
  exchange.host.log('warn', 'operation-not-supported', {
    ...logFieldsOf(exchange),
    errorCode,
    message: route.refused,
  });
  return failed(errorCode, `${route.meaning}: ${route.refused}`);
}

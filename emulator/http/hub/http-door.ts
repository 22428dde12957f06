import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Request, type Response, Router } from 'express';
import { failed, type Result } from '../../domain/result.ts';
import type { AuthenticatedClient } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
import type { Answer } from '../wire/answers.ts';
import { answerBrokenRequest } from '../wire/broken-request.ts';
import { answerExchange, type Exchange, failExchange, openExchange } from '../wire/exchange.ts';
import { hasBody, readBody } from '../wire/request-body.ts';
import { createRouteFinder, type MatchedRoute, type Route } from '../wire/route.ts';
import { authorize, CALLING_MODULE, type PeerCertificates } from './authorize.ts';
import { ROUTES } from './routes.ts';

/** Answers requests of a `node:http` server. */
export interface HttpDoor {
  /** `certificates` are those that the client presented on the TLS connection of the request. */
  answer(request: IncomingMessage, response: ServerResponse, certificates: () => readonly Uint8Array[]): void;
  /** Answers what is no HTTP request, or came too slowly, and ends its connection. */
  answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void;
}

type Outcome = Result<Answer> | Promise<Result<Answer>>;

const MAXIMUM_BODY_BYTES = 1_048_576;
const API_VERSION = /^\d{4}-\d{2}-\d{2}(-preview)?$/;
const NO_BODY = Buffer.alloc(0);

/**
 * The service API and the device API over HTTPS. Express is the shell; the hub's own route table does the matching,
 * for ids hold characters that a router would take for its own.
 */
export function createHttpDoor(hub: Hub): HttpDoor {
  const certificatesOf = new WeakMap<IncomingMessage, () => readonly Uint8Array[]>();
  const peerCertificates: PeerCertificates = (request) => certificatesOf.get(request)?.() ?? [];
  const findRoute = createRouteFinder(ROUTES);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const exchange = openExchange(findRoute, request, response);
    const fail = (error: unknown): void => failExchange(hub, exchange, error);
    try {
      const outcome = perform(hub, exchange, peerCertificates);
      if (!(outcome instanceof Promise)) answerExchange(hub, exchange, outcome);
      else outcome.then((result) => answerExchange(hub, exchange, result)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
  // A router and no whole application: that would change the prototypes of every request and response,
  // which costs more than all the rest of a request.
  const router = Router();
  router.use(answer);
  // Express would answer a target that it cannot read with a page of its own.
  return {
    answer: (request, response, certificates) => {
      certificatesOf.set(request, certificates);
      router(request as Request, response as Response, () => answer(request, response));
    },
    answerBroken: (error, socket) => answerBrokenRequest(hub, error, socket),
  };
}

function perform(hub: Hub, exchange: Exchange, peerCertificates: PeerCertificates): Outcome {
  const { request, target, match } = exchange;
  // Before authentication: Azure IoT Edge's diagnostics ask without a token and look for this very code.
  if (!hasApiVersion(exchange)) return failed('InvalidProtocolVersion', 'BadRequest');
  if (match.kind === 'none') return failed('GenericNotFound', `There is no operation ${target.path}`);
  if (match.kind === 'otherMethods') {
    return failed('GenericMethodNotAllowed', `Use ${match.methods.join(' or ')} on ${target.path}`);
  }
  const caller = authorize(hub, match, request, peerCertificates);
  if (!caller.ok) return caller;
  if ('refused' in match.route) return refuse(hub, match.route, match.route.refused);
  if (!hasBody(request)) return handle(hub, exchange, match, caller.value, NO_BODY);
  return readBody(request, match.route.maximumBodyBytes ?? MAXIMUM_BODY_BYTES).then((body) =>
    body.ok ? handle(hub, exchange, match, caller.value, body.value) : body,
  );
}

// The Node module client invokes methods without one.
function hasApiVersion({ request, target, match }: Exchange): boolean {
  const apiVersion = target.query.get('api-version');
  if (apiVersion !== undefined) return API_VERSION.test(apiVersion);
  const isModule = request.headers[CALLING_MODULE] !== undefined;
  return isModule && match.kind === 'route' && match.route.api === 'moduleOrService';
}

function refuse(hub: Hub, route: Route, reason: string): Result<never> {
  const operation = `${route.method} ${route.path}`;
  hub.log('warn', 'operation-not-supported', { operation, errorCode: 'FeatureNotSupported', reason });
  return failed('FeatureNotSupported', `${route.meaning}: ${reason}`);
}

function handle(
  hub: Hub,
  { request, target }: Exchange,
  { route, parameters }: MatchedRoute,
  client: AuthenticatedClient | undefined,
  body: Buffer,
): Outcome {
  if ('refused' in route) return refuse(hub, route, route.refused);
  const { headers, rawHeaders } = request;
  const hubRequest = { parameters, query: target.query, headers, rawHeaders, body };
  if (route.api !== 'device') return route.handle(hub, hubRequest);
  if (client === undefined) return failed('IotHubUnauthorized', 'Unauthorized');
  return route.handle(hub, hubRequest, client);
}

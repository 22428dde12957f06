import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HubOf } from '../../hub/hub-of.ts';
import { answerBrokenRequest, answerUnmetExpectation } from '../wire/broken-request.ts';
import { createDoor } from '../wire/door.ts';
import { answerRefusedWebSocket, type RefusedWebSocket } from '../wire/refused-web-socket.ts';
import { createAuthorizer, type PeerCertificatesOf } from './authorize.ts';
import { ROUTES } from './routes.ts';

/** The dependencies of the door. */
export interface HttpDoorOptions {
  /** Returns the hub of a host name without port, in lower case; undefined if the request has no `Host` header. */
  readonly hubOf: HubOf;
}

/** The HTTPS API of the hubs. */
export interface HttpDoor {
  /** Returns the listener that answers the requests of one HTTPS port. */
  serve(peerCertificatesOf: PeerCertificatesOf): RequestListener;
  /** Answers a request that is malformed or too slow, and ends its connection. */
  answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void;
  /** Answers a request that expects something else than `100-continue`. */
  answerUnmetExpectation(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request for a WebSocket that is not served, and ends its connection. */
  refuseWebSocket(refused: RefusedWebSocket): void;
}

/** Creates the door of the service API and the device API over HTTPS. */
export function createHttpDoor({ hubOf }: HttpDoorOptions): HttpDoor {
  return {
    serve: (peerCertificatesOf) =>
      createDoor({
        routes: ROUTES,
        hostOf: hubOf,
        authorize: createAuthorizer(peerCertificatesOf),
        // The tracking ids of twin errors name none.
        hasGateway: (path) => !path.startsWith('/twins'),
      }),
    answerBroken: (error, socket) => answerBrokenRequest(hubOf(undefined), error, socket),
    answerUnmetExpectation: (request, response) =>
      answerUnmetExpectation(hubOf(request.headers.host), request, response),
    refuseWebSocket: (refused) => answerRefusedWebSocket(hubOf(refused.request.headers.host), refused),
  };
}

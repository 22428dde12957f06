import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { describeForeignName, type HubOf, type LocalSide } from '../../hub/hub-of.ts';
import { answerBrokenRequest, answerUnmetExpectation } from '../wire/broken-request.ts';
import { createDoor } from '../wire/door.ts';
import { answerRefusedWebSocket, type RefusedWebSocket } from '../wire/refused-web-socket.ts';
import { answerOnSocket } from '../wire/socket-answer.ts';
import { createAuthorizer, type PeerCertificatesOf } from './authorize.ts';
import { ROUTES } from './routes.ts';

/** The dependencies of the door. */
export interface HttpDoorOptions {
  /** Returns the hub of a host name, as the `Host` header has it, and the first hub if there is no header. */
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
  /** Answers an upgrade to the name of no hub, and ends its connection. Returns false if a hub has the name. */
  refuseUpgrade(request: IncomingMessage, socket: Duplex & LocalSide): boolean;
}

/** Creates the door of the service API and the device API over HTTPS. */
export function createHttpDoor({ hubOf }: HttpDoorOptions): HttpDoor {
  const defaultHost = hubOf(undefined);
  return {
    serve: (peerCertificatesOf) =>
      createDoor({
        routes: ROUTES,
        hostOf: hubOf,
        defaultHost,
        describeForeignName: (hostName) => describeForeignName(hostName, defaultHost),
        authorize: createAuthorizer(peerCertificatesOf),
        // The tracking ids of twin errors name none.
        hasGateway: (path) => !path.startsWith('/twins'),
      }),
    answerBroken: (error, socket) => answerBrokenRequest(defaultHost, error, socket),
    answerUnmetExpectation: (request, response) =>
      answerUnmetExpectation(hubOf(request.headers.host, request.socket) ?? defaultHost, request, response),
    refuseWebSocket: (refused) => {
      const { headers, socket } = refused.request;
      answerRefusedWebSocket(hubOf(headers.host, socket) ?? defaultHost, refused);
    },
    refuseUpgrade: ({ headers: { host }, url }, socket) => {
      if (host === undefined || hubOf(host, socket) !== undefined) return false;
      const reason = 'host-name-mismatch';
      const message = describeForeignName(host, defaultHost);
      defaultHost.log('warn', 'host-name-refused', { path: url?.split('?')[0], reason, message });
      answerOnSocket(defaultHost, { name: 'IotHubNotFound', message: 'Unauthorized' }, socket);
      return true;
    },
  };
}

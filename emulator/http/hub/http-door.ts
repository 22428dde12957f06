import type { RequestListener } from 'node:http';
import type { Duplex } from 'node:stream';
import type { HubOf } from '../../hub/hub-of.ts';
import { answerBrokenRequest } from '../wire/broken-request.ts';
import { createDoor } from '../wire/door.ts';
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
  };
}

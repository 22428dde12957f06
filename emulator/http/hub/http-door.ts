import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hub } from '../../hub/hub.ts';
import { answerBrokenRequest } from '../wire/broken-request.ts';
import { createDoor } from '../wire/door.ts';
import { createAuthorizer } from './authorize.ts';
import { ROUTES } from './routes.ts';

/** What the door cannot know by itself. */
export interface HttpDoorOptions {
  /** Returns the hub of a host name without port, in lower case; undefined if the request has no `Host` header. */
  readonly hubOf: (hostName: string | undefined) => Hub;
}

/** Answers the requests of a `node:http` server. */
export interface HttpDoor {
  /** `certificates` returns what the client presented on the TLS connection of the request. */
  answer(request: IncomingMessage, response: ServerResponse, certificates: () => readonly Uint8Array[]): void;
  /** Answers a request that is malformed or too slow, and ends its connection. */
  answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void;
}

/** Creates the door of the service API and the device API over HTTPS. */
export function createHttpDoor({ hubOf }: HttpDoorOptions): HttpDoor {
  const certificatesOf = new WeakMap<IncomingMessage, () => readonly Uint8Array[]>();
  const answer = createDoor({
    routes: ROUTES,
    hostOf: hubOf,
    authorize: createAuthorizer((request) => certificatesOf.get(request)?.() ?? []),
    // The tracking ids of twin errors name none.
    hasGateway: (path) => !path.startsWith('/twins'),
  });
  return {
    answer: (request, response, certificates) => {
      certificatesOf.set(request, certificates);
      answer(request, response);
    },
    answerBroken: (error, socket) => answerBrokenRequest(hubOf(undefined), error, socket),
  };
}

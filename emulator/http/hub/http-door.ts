import type { Hub } from '../../hub/hub.ts';
import { createDoor, type HttpDoor } from '../wire/door.ts';
import { createAuthorizer, type PeerCertificates } from './authorize.ts';
import { ROUTES } from './routes.ts';

/** What the door cannot know by itself. */
export interface HttpDoorOptions {
  /** Returns the hub of a host name without port, in lower case; undefined if the request has no `Host` header. */
  readonly hubOf: (hostName: string | undefined) => Hub;
  /** Returns the certificates that the client presented on the TLS connection of a request. */
  readonly peerCertificates: PeerCertificates;
}

/** Creates the door of the service API and the device API over HTTPS. */
export function createHttpDoor({ hubOf, peerCertificates }: HttpDoorOptions): HttpDoor {
  return createDoor({
    routes: ROUTES,
    hostOf: hubOf,
    authorize: createAuthorizer(peerCertificates),
    // The tracking ids of twin errors name none.
    hasGateway: (path) => !path.startsWith('/twins'),
  });
}

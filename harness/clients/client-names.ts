import {
  type ClientIdentity,
  parseClientIdentity,
} from '../../emulator/domain/identities/client-identity.ts';
import type { ClientName } from './service-clients.ts';

/** `device` or `device/module`. */
export function nameOf({ deviceId, moduleId }: ClientName): string {
  return moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`;
}

/** The identity of a client; it throws where an id is none. */
export function identityOf({ deviceId, moduleId }: ClientName): ClientIdentity {
  const identity = parseClientIdentity(deviceId, moduleId);
  if (!identity.ok) throw new Error(identity.error.message);
  return identity.value;
}

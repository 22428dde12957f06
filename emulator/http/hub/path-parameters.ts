import {
  type ClientIdentity,
  type DeviceId,
  parseClientIdentity,
  parseDeviceId,
} from '../../domain/identities/client-identity.ts';
import type { Result } from '../../domain/result.ts';
import type { HttpRequest } from '../wire/route.ts';

/** Parses the device that the path names. */
export function parseDevicePath({ parameters }: HttpRequest): Result<DeviceId> {
  return parseDeviceId(parameters.deviceId ?? '');
}

/** Parses the device or, if the path names one, the module. */
export function parseClientPath({ parameters }: HttpRequest): Result<ClientIdentity> {
  return parseClientIdentity(parameters.deviceId ?? '', parameters.moduleId);
}

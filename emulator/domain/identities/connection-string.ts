import type { ClientIdentity } from './client-identity.ts';

/** `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…`: what a back end connects with. */
export function formatServiceConnectionString(hostName: string, policyName: string, key: string): string {
  return `HostName=${hostName};SharedAccessKeyName=${policyName};SharedAccessKey=${key}`;
}

/** `HostName=…;DeviceId=…[;ModuleId=…];SharedAccessKey=…`; without a key it says `x509=true`. */
export function formatClientConnectionString(
  hostName: string,
  identity: ClientIdentity,
  key: string | null,
): string {
  const module = identity.moduleId === undefined ? '' : `;ModuleId=${identity.moduleId}`;
  const credential = key === null ? 'x509=true' : `SharedAccessKey=${key}`;
  return `HostName=${hostName};DeviceId=${identity.deviceId}${module};${credential}`;
}

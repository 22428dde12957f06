/** Formats the connection string of a back end: `HostName=…;SharedAccessKeyName=…;SharedAccessKey=…`. */
export function formatServiceConnectionString(hostName: string, policyName: string, key: string): string {
  return `HostName=${hostName};SharedAccessKeyName=${policyName};SharedAccessKey=${key}`;
}

/**
 * Formats the connection string of a client: `HostName=…;DeviceId=…[;ModuleId=…];SharedAccessKey=…`.
 * If the key is null, it ends with `x509=true`.
 */
export function formatClientConnectionString(
  hostName: string,
  identity: { readonly deviceId: string; readonly moduleId?: string | undefined },
  key: string | null,
): string {
  const module = identity.moduleId === undefined ? '' : `;ModuleId=${identity.moduleId}`;
  const credential = key === null ? 'x509=true' : `SharedAccessKey=${key}`;
  return `HostName=${hostName};DeviceId=${identity.deviceId}${module};${credential}`;
}

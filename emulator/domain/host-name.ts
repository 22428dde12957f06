/** Returns a host name in lower case without its port. */
export function normalizeHostName(hostName: string): string {
  return hostName.replace(/:\d*$/, '').toLowerCase();
}

/** Returns the name of a hub: `myhub` for `myhub.azure-devices.net`. An IP address is returned unchanged. */
export function hubNameOf(hostName: string): string {
  const isAddress = hostName.includes(':') || /^[\d.]+$/.test(hostName);
  return isAddress ? hostName : hostName.replace(/\..*$/s, '');
}

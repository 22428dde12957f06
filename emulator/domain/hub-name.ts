/** The name of a hub, `myhub` of `myhub.azure-devices.net`; an address is its own name. */
export function hubNameOf(hostName: string): string {
  const isAddress = hostName.includes(':') || /^[\d.]+$/.test(hostName);
  return isAddress ? hostName : hostName.replace(/\..*$/s, '');
}

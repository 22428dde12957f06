import type { Hub } from './hub.ts';

/** Returns the hub with a host name, as the client wrote it. The host name is undefined if the request has none. */
export type HubOf = (hostName: string | undefined) => Hub;

/** Creates the look-up of hubs by their host names. The first hub also serves every other name. */
export function createHubOf(hubs: readonly [Hub, ...Hub[]]): HubOf {
  const [first] = hubs;
  if (hubs.length === 1) return () => first;
  const byName = new Map<string, Hub>();
  for (const hub of hubs) {
    for (const name of hub.hostNames.map(normalize)) if (!byName.has(name)) byName.set(name, hub);
  }
  return (hostName) => byName.get(normalize(hostName ?? '')) ?? first;
}

// A client may write any letter case and a port.
function normalize(hostName: string): string {
  return hostName.replace(/:\d*$/, '').toLowerCase();
}

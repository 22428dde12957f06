import { bareHostNameOf, isLoopbackName } from '../auth/host-names.ts';
import type { Hub } from './hub.ts';

/** The hub's side of a connection. The address is that to which the client connected. */
export interface LocalSide {
  readonly localAddress?: string | undefined;
}

/**
 * Returns the hub with a host name, as the client wrote it, or undefined if no hub has the name. Every door decides by
 * this function. The first hub also has the loopback names and the address to which the client connected, and serves a
 * client that names no host.
 */
export interface HubOf {
  (hostName: undefined): Hub;
  (hostName: string | undefined, connection?: LocalSide): Hub | undefined;
}

/** Creates the look-up of hubs by their host names, in any letter case, with or without a port. */
export function createHubOf(hubs: readonly [Hub, ...Hub[]]): HubOf {
  const [first] = hubs;
  const byName = new Map<string, Hub>();
  for (const hub of hubs) {
    for (const name of hub.hostNames.map(bareHostNameOf)) if (!byName.has(name)) byName.set(name, hub);
  }
  function hubOf(hostName: undefined): Hub;
  function hubOf(hostName: string | undefined, connection?: LocalSide): Hub | undefined;
  function hubOf(hostName: string | undefined, connection?: LocalSide): Hub | undefined {
    if (hostName === undefined) return first;
    const known = byName.get(hostName);
    if (known !== undefined) return known;
    const name = bareHostNameOf(hostName);
    return byName.get(name) ?? (isLocal(name, connection) ? first : undefined);
  }
  return hubOf;
}

/** Returns the text of the log for a host name that no hub has. */
export function describeForeignName(hostName: string, { hostNames }: Pick<Hub, 'hostNames'>): string {
  const name = hostName.slice(0, 300);
  return (
    `The host name '${name}' is not a name of the hub: expected ${hostNames.join(', ')}, another loopback address, ` +
    `or the address to which the client connected. The option --host-name adds a name.`
  );
}

function isLocal(name: string, connection: LocalSide | undefined): boolean {
  if (isLoopbackName(name)) return true;
  const address = connection?.localAddress;
  return address !== undefined && bareHostNameOf(address) === name;
}

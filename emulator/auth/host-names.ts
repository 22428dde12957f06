/** Returns true if two texts are the same host name, in any letter case, with or without a port. */
export function isSameHostName(one: string, other: string): boolean {
  return bareHostNameOf(one) === bareHostNameOf(other);
}

/** Returns true if the text is one of the names, or a loopback name, in any letter case, with or without a port. */
export function isHostName(text: string, hostNames: readonly string[]): boolean {
  if (hostNames.includes(text)) return true;
  const bare = bareHostNameOf(text);
  return isLoopbackName(bare) || hostNames.some((name) => bareHostNameOf(name) === bare);
}

/** Returns true if a bare host name means this machine: `localhost`, `127.0.0.0/8` or `::1`. */
export function isLoopbackName(bare: string): boolean {
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

/**
 * Returns a host name in lower case, without its port and without the brackets of an IPv6 address. An IPv4 address that
 * is mapped to IPv6 (`::ffff:127.0.0.1`) becomes an IPv4 address.
 */
export function bareHostNameOf(text: string): string {
  const written = text.toLowerCase();
  const match = /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/.exec(written);
  const bare = match?.[1] ?? match?.[2] ?? written;
  return /^::ffff:\d+(?:\.\d+){3}$/.test(bare) ? bare.slice('::ffff:'.length) : bare;
}

import { decodePercent } from '../domain/percent-encoding.ts';

/** A resource of this hub that a token can grant access to. */
export interface Resource {
  /** Every name of the hub, without ports. */
  readonly hostNames: readonly string[];
  /** The decoded path segments, for example `devices`, `d`, `modules`, `m`. The whole hub has no segments. */
  readonly path: readonly string[];
}

/**
 * Returns true if a token's `sr` field covers a resource. The token of a policy covers its resource and everything
 * below it, by whole segments. A token without a policy covers exactly one device or module. Letter case is ignored,
 * because aziot-identityd writes ids in lower case.
 */
export function coversResource(
  token: { readonly resource: string; readonly policyName?: string },
  resource: Resource,
): boolean {
  const path = resource.path.map((segment) => segment.toLowerCase());
  return decodingsOf(token.resource).some((decoding) => {
    const [hostName = '', ...segments] = decoding.split('/');
    if (!isHostName(hostName, resource.hostNames)) return false;
    const named = withoutApiVersion(segments.map((segment) => segment.toLowerCase()));
    if (token.policyName === undefined && named.length !== path.length) return false;
    return named.length <= path.length && named.every((segment, index) => segment === path[index]);
  });
}

/** Returns true if the text is a name of the hub, in any letter case, with or without a port. */
export function isHostName(text: string, hostNames: readonly string[]): boolean {
  const written = text.toLowerCase();
  const bare = withoutPort(written);
  return hostNames.some((name) => {
    const known = name.toLowerCase();
    return known === bare || known === written;
  });
}

// C clients encode nothing. Most clients encode the whole text once. .NET encodes the id and then the whole text, the
// second time with `+` for a space.
function decodingsOf(sent: string): readonly string[] {
  const once = decodePercent(sent);
  const twice = decodePercent(once.replaceAll('+', ' '));
  return [sent, once, twice];
}

// Old versions of the IoT extension for VS Code signed `…/devices/{d}/api-version=…`. Old guides still show such tokens.
function withoutApiVersion(segments: readonly string[]): readonly string[] {
  const isBehindIdentity = segments.length === 3 || segments.length === 5;
  return isBehindIdentity && segments.at(-1)?.startsWith('api-version=') ? segments.slice(0, -1) : segments;
}

function withoutPort(hostName: string): string {
  const match = /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/.exec(hostName);
  return match?.[1] ?? match?.[2] ?? hostName;
}

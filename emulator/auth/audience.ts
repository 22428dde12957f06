import { decodePercent } from '../domain/percent-encoding.ts';

/** Something of this hub that a token can be for. */
export interface Resource {
  /** Every name of the hub, without ports. */
  readonly hostNames: readonly string[];
  /** The decoded segments below the host, such as `devices`, `d`, `modules`, `m`; none for the hub as a whole. */
  readonly path: readonly string[];
}

/**
 * Whether a token's `sr` covers a resource. A policy's token covers its resource and all below it, by whole
 * segments; a token without policy names exactly one device or module. Letter case never counts, for
 * aziot-identityd writes ids in lower case.
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

/** Whether a text is one of the hub's names, in any letter case, with or without a port. */
export function isHostName(text: string, hostNames: readonly string[]): boolean {
  const written = text.toLowerCase();
  const bare = withoutPort(written);
  return hostNames.some((name) => {
    const known = name.toLowerCase();
    return known === bare || known === written;
  });
}

// C clients encode nothing, most encode the whole once, .NET encodes the id and then the whole: the second
// time with `+` for a space.
function decodingsOf(sent: string): readonly string[] {
  const once = decodePercent(sent);
  const twice = decodePercent(once.replaceAll('+', ' '));
  return [sent, once, twice];
}

// The IoT extension for VS Code used to sign `…/devices/{d}/api-version=…`, and old guides hand such tokens on.
function withoutApiVersion(segments: readonly string[]): readonly string[] {
  const isBehindIdentity = segments.length === 3 || segments.length === 5;
  return isBehindIdentity && segments.at(-1)?.startsWith('api-version=') ? segments.slice(0, -1) : segments;
}

function withoutPort(hostName: string): string {
  const match = /^(?:\[(.*)\]|([^:]*))(?::\d*)?$/.exec(hostName);
  return match?.[1] ?? match?.[2] ?? hostName;
}

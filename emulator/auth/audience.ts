import { decodePercent } from '../domain/percent-encoding.ts';
import { isHostName, isSameHostName } from './host-names.ts';

/** A resource of this hub that a token can grant access to. */
export interface Resource {
  /** Every name of the hub, without ports. */
  readonly hostNames: readonly string[];
  /** The name by which the client addressed the hub, as it wrote it. It is a name of the hub too. */
  readonly addressedName?: string | undefined;
  /** The decoded path segments, for example `devices`, `d`, `modules`, `m`. The whole hub has no segments. */
  readonly path: readonly string[];
  /** True if a token without a policy may also name a device as `{host}/{deviceId}`. */
  readonly hasShortScope?: boolean;
}

/**
 * Returns true if a token's `sr` field covers a resource. A token covers its resource and everything below it, by whole
 * segments. Without a policy, the resource may end in a slash. Letter case is ignored, because aziot-identityd writes
 * ids in lower case. Source: the documentation of SAS tokens describes `sr` as the prefix of a URI, by segment.
 */
export function coversResource(
  token: { readonly resource: string; readonly policyName?: string },
  resource: Resource,
): boolean {
  const path = resource.path.map((segment) => segment.toLowerCase());
  return decodingsOf(token.resource).some((decoding) => {
    const [hostName = '', ...segments] = decoding.split('/');
    if (!isOfHub(hostName, resource)) return false;
    const named = withoutApiVersion(segments.map((segment) => segment.toLowerCase()));
    if (isPrefix(named, path)) return true;
    if (token.policyName !== undefined) return false;
    if (named.at(-1) === '') named.pop();
    return isPrefix(named, path) || (resource.hasShortScope === true && isShortScope(named, path));
  });
}

function isOfHub(hostName: string, { hostNames, addressedName }: Resource): boolean {
  if (isHostName(hostName, hostNames)) return true;
  return addressedName !== undefined && addressedName !== '' && isSameHostName(hostName, addressedName);
}

function isPrefix(named: readonly string[], path: readonly string[]): boolean {
  return named.length <= path.length && named.every((segment, index) => segment === path[index]);
}

function isShortScope(named: readonly string[], [collection, deviceId]: readonly string[]): boolean {
  return named.length === 1 && collection === 'devices' && named[0] === deviceId;
}

// C clients encode nothing. Most clients encode the whole text once. .NET encodes the id and then the whole text, the
// second time with `+` for a space.
function decodingsOf(sent: string): readonly string[] {
  const once = decodePercent(sent);
  const twice = decodePercent(once.replaceAll('+', ' '));
  return [sent, once, twice];
}

// Old versions of the IoT extension for VS Code signed `…/devices/{d}/api-version=…`. Old guides still show such tokens.
function withoutApiVersion(segments: string[]): string[] {
  const isBehindIdentity = segments.length === 3 || segments.length === 5;
  return isBehindIdentity && segments.at(-1)?.startsWith('api-version=') ? segments.slice(0, -1) : segments;
}

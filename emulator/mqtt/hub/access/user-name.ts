import { decodePercent } from '../../../domain/percent-encoding.ts';
import { failed, ok, type Result } from '../../../domain/result.ts';

/** The parts of an MQTT user name. None of them is checked. */
export interface UserName {
  readonly hostName: string;
  readonly deviceId: string;
  readonly moduleId?: string;
  /** The api-version, of any value. A client without it is accepted with a warning. */
  readonly apiVersion?: string;
  readonly modelId?: string;
  /** True if an option has a `/` that is not encoded. Some servers refuse such a user name. */
  readonly hasRawSlash?: boolean;
}

/**
 * Parses `{hubHost}/{deviceId}[/{moduleId}]/?api-version=…[&…]` and the older forms without `?`, without the last slash
 * and without options. The client id of the CONNECT decides where the ids end, because an id may contain `=`. Ignores
 * unknown names. The first value of a repeated name counts.
 */
export function parseUserName(text: string, clientId: string): Result<UserName> {
  const [hostName = '', ...segments] = text.split('/');
  const { ids, options } = splitByClientId(segments, clientId) ?? splitByOptions(segments);
  const [deviceId, moduleId, ...surplus] = ids;
  if (!hostName || !deviceId || moduleId === '' || surplus.length > 0) {
    return failed(
      'IotHubUnauthorized',
      `The user name '${text.slice(0, 300)}' is not '{hub}/{client id}/?api-version=…'.`,
    );
  }
  const values = parseOptions(options);
  const apiVersion = values.get('api-version')?.trim();
  const modelId = values.get('model-id');
  return ok({
    hostName,
    deviceId,
    ...(moduleId === undefined ? {} : { moduleId }),
    ...(apiVersion ? { apiVersion } : {}),
    ...(modelId ? { modelId } : {}),
    ...(options.includes('/') ? { hasRawSlash: true } : {}),
  });
}

/** The ids of a user name, and the text of its options without the question mark. */
interface SplitUserName {
  readonly ids: readonly string[];
  readonly options: string;
}

/**
 * Splits the segments behind the host by the client id. Returns undefined if they do not begin with it, or if the next
 * segment is another id. The Node SDK 1.0 and the C SDK of 2016 send `{host}/{device}/DeviceClientType=c%2F1.0.4`.
 */
function splitByClientId(segments: readonly string[], clientId: string): SplitUserName | undefined {
  const expected = clientId.split('/');
  const ids = segments.slice(0, expected.length).map((id) => id.trim());
  if (ids.length < expected.length || ids.some((id, index) => id === '' || id !== expected[index])) {
    return undefined;
  }
  const rest = segments.slice(expected.length);
  if (rest[0] === '') rest.shift();
  const [first = ''] = rest;
  if (first !== '' && !first.startsWith('?') && !first.includes('=')) return undefined;
  return { ids, options: withoutMark(rest.join('/')) };
}

/** Splits the segments behind the host at the first one that begins with `?` or contains `api-version=`. */
function splitByOptions(segments: readonly string[]): SplitUserName {
  const found = segments.findIndex((segment) => segment.startsWith('?') || segment.includes('api-version='));
  const end = found < 0 ? segments.length : found;
  const ids = segments.slice(0, end).map((id) => id.trim());
  let options = segments.slice(end).join('/');
  // `{host}/{id}?api-version=…`: the last id and the options share a segment.
  const mark = options.lastIndexOf('?', options.indexOf('api-version='));
  if (mark > 0 && !options.startsWith('?')) {
    ids.push(options.slice(0, mark).trim());
    options = options.slice(mark);
  }
  if (ids.length > 1 && ids.at(-1) === '') ids.pop();
  return { ids, options: withoutMark(options) };
}

function withoutMark(options: string): string {
  return options.startsWith('?') ? options.slice(1) : options;
}

function parseOptions(options: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of options.split('&')) {
    const separator = pair.indexOf('=');
    const name = separator < 0 ? pair : pair.slice(0, separator);
    if (!values.has(name)) values.set(name, separator < 0 ? '' : decodePercent(pair.slice(separator + 1)));
  }
  return values;
}

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
}

/**
 * Parses `{hubHost}/{deviceId}[/{moduleId}]/?api-version=…[&…]` and the older forms without `?`, without the last slash
 * and without a query. Ignores unknown names. The first value of a repeated name counts.
 */
export function parseUserName(text: string): Result<UserName> {
  const [hostName = '', ...rest] = text.split('/');
  const queryIndex = rest.findIndex(isQuerySegment);
  const ids = (queryIndex < 0 ? rest : rest.slice(0, queryIndex)).map((id) => id.trim());
  let query = queryIndex < 0 ? '' : rest.slice(queryIndex).join('/');
  // `{host}/{id}?api-version=…`: the last id and the query share a segment.
  const mark = query.lastIndexOf('?', query.indexOf('api-version='));
  if (query.startsWith('?')) query = query.slice(1);
  else if (mark > 0) {
    ids.push(query.slice(0, mark).trim());
    query = query.slice(mark + 1);
  }
  if (ids.length > 1 && ids.at(-1) === '') ids.pop();
  const [deviceId, moduleId, ...surplus] = ids;
  if (!hostName || !deviceId || moduleId === '' || surplus.length > 0) {
    return failed(
      'IotHubUnauthorized',
      `The user name '${text.slice(0, 300)}' is not '{hub}/{client id}/?api-version=…'.`,
    );
  }
  const values = parseQuery(query);
  const apiVersion = values.get('api-version')?.trim();
  const modelId = values.get('model-id');
  return ok({
    hostName,
    deviceId,
    ...(moduleId === undefined ? {} : { moduleId }),
    ...(apiVersion ? { apiVersion } : {}),
    ...(modelId ? { modelId } : {}),
  });
}

function isQuerySegment(segment: string): boolean {
  return segment.startsWith('?') || segment.includes('api-version=');
}

function parseQuery(query: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of query.split('&')) {
    const separator = pair.indexOf('=');
    const name = separator < 0 ? pair : pair.slice(0, separator);
    if (!values.has(name)) values.set(name, separator < 0 ? '' : decodePercent(pair.slice(separator + 1)));
  }
  return values;
}

import { decodePercent } from '../../domain/percent-encoding.ts';

/** A request target: the raw path and the query. */
export interface RequestTarget {
  readonly path: string;
  readonly query: Query;
}

/** Query parameters by lower-case name. If a name repeats, the last value counts. */
export type Query = ReadonlyMap<string, string>;

/** Parses a request target. An absolute one (`https://host/path`) loses its origin. */
export function parseRequestTarget(target: string): RequestTarget {
  const relative = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  const mark = relative.indexOf('?');
  if (mark < 0) return { path: relative, query: EMPTY_QUERY };
  return { path: relative.slice(0, mark), query: parseQuery(relative.slice(mark + 1)) };
}

/**
 * Parses a path into decoded segments, in every way that it can be read, best first. A path with `%2F` is first decoded
 * as a whole, because Azure IoT Explorer encodes slashes too. In the second reading `%2F` is part of a segment.
 */
export function parsePath(path: string): readonly (readonly string[])[] {
  const isEncoded = path.includes('%');
  const texts = isEncoded && /%2f/i.test(path) ? [decodePercent(path), path] : [path];
  const readings: string[][] = [];
  for (const text of texts) {
    const segments = text.split('/');
    if (segments[0] === '') segments.shift();
    while (segments.at(-1) === '') segments.pop();
    readings.push(isEncoded ? segments.map(decodePercent) : segments);
  }
  return readings;
}

const EMPTY_QUERY: Query = new Map();

function parseQuery(text: string): Query {
  const query = new Map<string, string>();
  const isEncoded = /[%+]/.test(text);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    if (isEncoded) query.set(decodePercent(name).toLowerCase(), decodePercent(value.replaceAll('+', ' ')));
    else query.set(name.toLowerCase(), value);
  }
  return query;
}

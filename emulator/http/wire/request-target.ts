/** A request target taken apart: the raw path, and the query with names in lower case. */
export interface RequestTarget {
  readonly path: string;
  readonly query: Query;
}

/** Query parameters by lower-case name; where a name repeats, the last one counts. */
export type Query = ReadonlyMap<string, string>;

/** Splits a request target; an absolute one (`https://host/path`) loses its origin. */
export function parseRequestTarget(target: string): RequestTarget {
  const relative = target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '');
  const mark = relative.indexOf('?');
  if (mark < 0) return { path: relative, query: EMPTY_QUERY };
  return { path: relative.slice(0, mark), query: parseQuery(relative.slice(mark + 1)) };
}

/**
 * The ways to read a path as decoded segments, best first. Azure IoT Explorer encodes a whole path, slashes included,
 * so one with `%2F` is read decoded as a whole; if that names nothing, `%2F` belongs to a segment.
 */
export function parsePath(path: string): readonly (readonly string[])[] {
  const readings = [splitPath(path)];
  if (path.includes('%') && /%2f/i.test(path)) readings.unshift(splitPath(decode(path)));
  return readings;
}

const EMPTY_QUERY: Query = new Map();

function splitPath(path: string): readonly string[] {
  const segments = path.split('/');
  if (segments[0] === '') segments.shift();
  while (segments.at(-1) === '') segments.pop();
  return segments.map(decode);
}

// What is no valid escape stays as it is: the Java client sends a literal `%` of an id unescaped.
function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseQuery(text: string): Query {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    query.set(decode(name).toLowerCase(), decode(value.includes('+') ? value.replaceAll('+', ' ') : value));
  }
  return query;
}

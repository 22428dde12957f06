import { parsePath, type Query, type RequestTarget } from './request-target.ts';
import type { Method, RouteHead } from './route.ts';

/** A route, the segments of the path that led to it, and its parameters. */
export interface MatchedRoute<R extends RouteHead> {
  readonly kind: 'route';
  readonly route: R;
  readonly segments: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** The target of a request: a route, the methods that its path supports, or nothing. */
export type RouteMatch<R extends RouteHead> =
  | MatchedRoute<R>
  | { readonly kind: 'otherMethods'; readonly methods: readonly Method[] }
  | { readonly kind: 'none' };

/** Finds the route of a request. If a path can be read in several ways, the first one that leads to a route counts. */
export type RouteFinder<R extends RouteHead> = (method: string, target: RequestTarget) => RouteMatch<R>;

/** Prepares routes for matching. If several match, the first one counts. */
export function createRouteTable<R extends RouteHead>(routes: readonly R[]): RouteFinder<R> {
  const byLength = new Map<number, CompiledRoute<R>[]>();
  for (const route of routes) {
    const compiled = compileRoute(route);
    const others = byLength.get(compiled.words.length);
    if (others === undefined) byLength.set(compiled.words.length, [compiled]);
    else others.push(compiled);
  }
  return (method, { path, query }) => {
    const readings = parsePath(path);
    for (const segments of readings) {
      for (const compiled of byLength.get(segments.length) ?? []) {
        if (compiled.route.method !== method) continue;
        const parameters = matchSegments(compiled, segments, query);
        if (parameters !== undefined) return { kind: 'route', route: compiled.route, segments, parameters };
      }
    }
    return findOtherMethods(byLength, readings, query);
  };
}

interface CompiledRoute<R extends RouteHead> {
  readonly route: R;
  readonly words: readonly Word[];
  /** The query parameter that the route demands. */
  readonly demand: string | undefined;
}

interface Word {
  /** The word in lower case, or the unchanged name of a parameter. */
  readonly text: string;
  readonly isParameter: boolean;
}

function compileRoute<R extends RouteHead>(route: R): CompiledRoute<R> {
  const [path = '', demand] = route.path.slice(1).split('?');
  const words = path.split('/').map((word) => {
    const isParameter = word.startsWith(':');
    return { text: isParameter ? word.slice(1) : word.toLowerCase(), isParameter };
  });
  return { route, words, demand };
}

/** Returns the parameters, or undefined if the route does not match. */
function matchSegments(
  { words, demand }: CompiledRoute<RouteHead>,
  segments: readonly string[],
  query: Query,
): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const { text, isParameter } = words[index] as Word;
    const segment = segments[index] as string;
    if (isParameter) parameters[text] = segment;
    else if (text !== segment && text !== segment.toLowerCase()) return undefined;
  }
  // The Java client writes the question mark into the name.
  if (demand !== undefined && !query.has(demand) && !query.has(`?${demand}`)) return undefined;
  return parameters;
}

function findOtherMethods(
  routes: ReadonlyMap<number, readonly CompiledRoute<RouteHead>[]>,
  readings: readonly (readonly string[])[],
  query: Query,
): RouteMatch<never> {
  const methods = new Set<Method>();
  for (const segments of readings) {
    for (const compiled of routes.get(segments.length) ?? []) {
      if (matchSegments(compiled, segments, query) !== undefined) methods.add(compiled.route.method);
    }
  }
  return methods.size === 0 ? { kind: 'none' } : { kind: 'otherMethods', methods: [...methods] };
}

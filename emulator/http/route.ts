import type { IncomingHttpHeaders } from 'node:http';
import type { Permission } from '../domain/policy.ts';
import type { Result } from '../domain/result.ts';
import type { AuthenticatedClient, Hub } from '../hub/hub.ts';
import type { Answer } from './answers.ts';
import type { Query } from './request-target.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

/** An authorized request with its body read. `parameters` are the named segments of the path, decoded but not yet ids. */
export interface HubRequest {
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

type Outcome = Result<Answer> | Promise<Result<Answer>>;
export type ServiceHandler = (hub: Hub, request: HubRequest) => Outcome;
export type ClientHandler = (hub: Hub, request: HubRequest, client: AuthenticatedClient) => Outcome;

/** Which operations answer errors as JSON inside `Message`: none, all, or those whose clients expect it there. */
type JsonErrors = 'never' | 'always' | 'moduleIdentity';

/** Who may call: back ends (`service`), the device or module itself, or both. */
export type Api = 'service' | 'device' | 'deviceOrService' | 'moduleOrService';

interface RouteHead {
  readonly method: Method;
  /** `:name` is a parameter; the other words match in any letter case. */
  readonly path: string;
  readonly meaning: string;
  readonly maximumBodyBytes?: number;
  readonly jsonErrors?: JsonErrors;
  /** A shared access policy needs one of them. */
  readonly permissions: readonly Permission[];
}

/**
 * One operation of the HTTPS API. `deviceOrService`: the device manages its own modules with its own credentials;
 * `moduleOrService`: a module reaches its own device and that device's modules.
 */
export type Route = RouteHead &
  (
    | { readonly api: Exclude<Api, 'device'>; readonly handle: ServiceHandler }
    | { readonly api: 'device'; readonly handle: ClientHandler }
    /** `refused`: why the operation is refused by name. */
    | { readonly api: Api; readonly refused: string }
  );

/** A route with the segments of the path that led to it, and its parameters. */
export interface MatchedRoute {
  readonly kind: 'route';
  readonly route: Route;
  readonly segments: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

/** Where a path leads: a route, or the methods that the path would take, or nowhere. */
export type RouteMatch =
  | MatchedRoute
  | { readonly kind: 'otherMethods'; readonly methods: readonly Method[] }
  | { readonly kind: 'none' };

/** Finds the route of a method and a path; of several readings of a path the first that names a route counts. */
export type RouteFinder = (method: string, readings: readonly (readonly string[])[]) => RouteMatch;

interface CompiledRoute {
  readonly route: Route;
  readonly words: readonly string[];
}

/** Prepares a table for matching; where two rows fit, the first one counts. */
export function createRouteFinder(routes: readonly Route[]): RouteFinder {
  const byLength = new Map<number, CompiledRoute[]>();
  for (const route of routes) {
    const words = route.path.slice(1).split('/');
    const compiled = {
      route,
      words: words.map((word) => (word.startsWith(':') ? word : word.toLowerCase())),
    };
    const others = byLength.get(words.length);
    if (others === undefined) byLength.set(words.length, [compiled]);
    else others.push(compiled);
  }
  return (method, readings) => findRoute(byLength, method, readings);
}

function findRoute(
  byLength: ReadonlyMap<number, readonly CompiledRoute[]>,
  method: string,
  readings: readonly (readonly string[])[],
): RouteMatch {
  const methods = new Set<Method>();
  for (const segments of readings) {
    for (const { route, words } of byLength.get(segments.length) ?? []) {
      if (!fits(words, segments)) continue;
      if (route.method === method) {
        return { kind: 'route', route, segments, parameters: readParameters(words, segments) };
      }
      methods.add(route.method);
    }
  }
  return methods.size === 0 ? { kind: 'none' } : { kind: 'otherMethods', methods: [...methods] };
}

function fits(words: readonly string[], segments: readonly string[]): boolean {
  return words.every((word, index) => {
    const segment = segments[index] ?? '';
    return word.startsWith(':') || word === segment || word === segment.toLowerCase();
  });
}

function readParameters(words: readonly string[], segments: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  words.forEach((word, index) => {
    if (word.startsWith(':')) parameters[word.slice(1)] = segments[index] ?? '';
  });
  return parameters;
}

import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '../../domain/operations.ts';
import type { Permission } from '../../domain/policy.ts';
import type { Result } from '../../domain/result.ts';
import type { AuthenticatedClient } from '../../hub/access/credentials.ts';
import type { Hub } from '../../hub/hub.ts';
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
  readonly operation: Operation;
  readonly method: Method;
  /** `:name` is a parameter; the other words match in any letter case. */
  readonly path: string;
  readonly meaning: string;
  readonly maximumBodyBytes?: number;
  readonly jsonErrors?: JsonErrors;
  /** The service refuses every Entra caller here, whatever its role. */
  readonly isEntraRefused?: boolean;
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

interface Word {
  /** In lower case, for a parameter its name. */
  readonly text: string;
  readonly isParameter: boolean;
}

interface CompiledRoute {
  readonly route: Route;
  readonly words: readonly Word[];
}

/** Prepares a table for matching; where two rows fit, the first one counts. */
export function createRouteFinder(routes: readonly Route[]): RouteFinder {
  const byLength = new Map<number, CompiledRoute[]>();
  for (const route of routes) {
    const words = route.path.slice(1).split('/').map(compileWord);
    const others = byLength.get(words.length);
    if (others === undefined) byLength.set(words.length, [{ route, words }]);
    else others.push({ route, words });
  }
  return (method, readings) => findRoute(byLength, method, readings) ?? findOtherMethods(byLength, readings);
}

function compileWord(word: string): Word {
  const isParameter = word.startsWith(':');
  return { text: isParameter ? word.slice(1) : word.toLowerCase(), isParameter };
}

type Routes = ReadonlyMap<number, readonly CompiledRoute[]>;
type Readings = readonly (readonly string[])[];

function findRoute(routes: Routes, method: string, readings: Readings): MatchedRoute | undefined {
  for (const segments of readings) {
    for (const { route, words } of routes.get(segments.length) ?? []) {
      if (route.method !== method || !fits(words, segments)) continue;
      return { kind: 'route', route, segments, parameters: readParameters(words, segments) };
    }
  }
  return undefined;
}

function findOtherMethods(routes: Routes, readings: Readings): RouteMatch {
  const methods = new Set<Method>();
  for (const segments of readings) {
    for (const { route, words } of routes.get(segments.length) ?? []) {
      if (fits(words, segments)) methods.add(route.method);
    }
  }
  return methods.size === 0 ? { kind: 'none' } : { kind: 'otherMethods', methods: [...methods] };
}

function fits(words: readonly Word[], segments: readonly string[]): boolean {
  for (let index = 0; index < words.length; index++) {
    const { text, isParameter } = words[index] as Word;
    const segment = segments[index] as string;
    if (!isParameter && text !== segment && text !== segment.toLowerCase()) return false;
  }
  return true;
}

function readParameters(words: readonly Word[], segments: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (let index = 0; index < words.length; index++) {
    const { text, isParameter } = words[index] as Word;
    if (isParameter) parameters[text] = segments[index] as string;
  }
  return parameters;
}

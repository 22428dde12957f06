import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import { type SubscriptionChannel, TOPICS, type Topic } from '../topics.ts';

/** The topics of one channel that a topic filter matches. */
export interface FilterReach {
  readonly channel: SubscriptionChannel;
  /** The number of levels that all topics of the channel have in common. The filter matches them. */
  readonly commonLevels: number;
  /** The levels of the filter after the common ones; undefined if the filter matches every topic of the channel. */
  readonly rest: readonly string[] | undefined;
}

/** The topics of one row of the table of topics. */
interface TopicShape {
  /** Undefined for the telemetry of the client: the hub never sends it, but a filter for it is granted. */
  readonly channel: SubscriptionChannel | undefined;
  /** The common levels, `{deviceId}` and `{moduleId}` among them. */
  readonly common: readonly string[];
  /** The variable levels. The last one can contain slashes if `isOpen`. */
  readonly variable: readonly string[];
  readonly isOpen: boolean;
}

// aedes refuses more. A filter that it refuses must not be stored, because it would end each later CONNECT.
const MAXIMUM_LEVELS = 100;
// The hub compares these words in any letter case. Ids and all other words are compared exactly.
const WORDS: ReadonlySet<string> = new Set(['messages', 'devicebound', 'modules', 'inputs']);
const ILLEGAL_IN_TOPICS = /[+#]/;

/**
 * Returns the topics of the hub that the filter matches by the rules of MQTT 3.1.1, by channel. It is empty if the
 * filter matches only the telemetry of the client itself. Returns undefined if it matches no topic of this client.
 */
export function findReach(identity: ClientIdentity, filter: string): readonly FilterReach[] | undefined {
  return REACH_OF_DOCUMENTED.get(filter) ?? computeReach(identity, filter);
}

function computeReach(identity: ClientIdentity, filter: string): readonly FilterReach[] | undefined {
  const levels = filter.split('/');
  if (!isLegal(filter, levels)) return undefined;
  const { deviceId, moduleId } = identity;
  // A topic with such an id is illegal, so that the hub cannot send it.
  const hasOwnTopics = !ILLEGAL_IN_TOPICS.test(deviceId) && !(moduleId && ILLEGAL_IN_TOPICS.test(moduleId));
  let isOwn = false;
  const reach: FilterReach[] = [];
  for (const shape of moduleId === undefined ? DEVICE_SHAPES : MODULE_SHAPES) {
    if (!hasOwnTopics && shape.common[1] === '{deviceId}') continue;
    const rest = matchCommonLevels(levels, shape, identity);
    const coverage = rest && coverageOf(rest, shape);
    if (coverage === undefined || coverage === 'none') continue;
    isOwn = true;
    if (shape.channel === undefined) continue;
    const commonLevels = shape.common.length;
    reach.push({ channel: shape.channel, commonLevels, rest: coverage === 'all' ? undefined : rest });
  }
  return isOwn ? reach : undefined;
}

/** Returns whether a topic of the channel matches the filter. */
export function isReached({ commonLevels, rest }: FilterReach, topic: string): boolean {
  if (rest === undefined) return true;
  const levels = topic.split('/');
  for (const [index, level] of rest.entries()) {
    if (level === '#') return true;
    const actual = levels[commonLevels + index];
    if (actual === undefined || (level !== '+' && level !== actual)) return false;
  }
  return levels.length === commonLevels + rest.length;
}

/** Returns whether the levels are a topic filter of MQTT 3.1.1. */
function isLegal(filter: string, levels: readonly string[]): boolean {
  if (levels.length > MAXIMUM_LEVELS) return false;
  const last = levels.length - 1;
  // The usual filter has one wildcard, which is its last level.
  if (levels[last] === '#' && filter.search(ILLEGAL_IN_TOPICS) === filter.length - 1) return true;
  return levels.every((level, index) =>
    level.length === 1 ? level !== '#' || index === last : !ILLEGAL_IN_TOPICS.test(level),
  );
}

/** Returns the levels of the filter after the common levels of a shape, or undefined if these do not match. */
function matchCommonLevels(
  levels: readonly string[],
  { common }: TopicShape,
  identity: ClientIdentity,
): readonly string[] | undefined {
  for (let index = 0; index < common.length; index++) {
    const expected = common[index] as string;
    const level = levels[index];
    if (level === undefined) return undefined;
    const isWildcard = level === '#' || level === '+';
    // MQTT 3.1.1, 4.7.2: a wildcard in front does not match a topic that begins with `$`.
    if (isWildcard && index === 0 && expected === '$iothub') return undefined;
    if (!matchesLevel(level, isWildcard, expected, identity)) return undefined;
    if (level === '#') return ALL_LEVELS;
  }
  return levels.slice(common.length);
}

function matchesLevel(
  level: string,
  isWildcard: boolean,
  expected: string,
  { deviceId, moduleId }: ClientIdentity,
): boolean {
  if (expected === '{deviceId}') return isWildcard || level === deviceId;
  if (expected === '{moduleId}') return isWildcard || level === moduleId;
  return isWildcard || level === expected || (WORDS.has(expected) && level.toLowerCase() === expected);
}

/** Returns which topics of a shape the levels after the common ones match. */
function coverageOf(
  rest: readonly string[],
  { channel, variable, isOpen }: TopicShape,
): 'all' | 'some' | 'none' {
  if (channel === undefined) return 'some';
  let coverage: 'all' | 'some' = 'all';
  for (let index = 0; index < variable.length; index++) {
    const pattern = variable[index] as string;
    const level = rest[index];
    if (level === undefined) return 'none';
    if (level === '#') return coverage;
    if (level === '+') continue;
    if (!canBe(level, pattern)) return 'none';
    coverage = 'some';
  }
  const next = rest[variable.length];
  if (next === '#') return coverage;
  if (isOpen) return 'some';
  return next === undefined ? coverage : 'none';
}

function canBe(level: string, pattern: string): boolean {
  if (pattern === '{status}') return /^\d{3}$/.test(level);
  return level !== '' && level.startsWith(pattern.slice(0, pattern.indexOf('{')));
}

function shapesOf(caller: 'device' | 'module'): readonly TopicShape[] {
  return (TOPICS as readonly Topic[]).flatMap((topic) => {
    const isDelivery = topic.direction === 'deliver';
    if (!topic.callers.includes(caller) || !(isDelivery || topic.operation === 'sendEvent')) return [];
    const levels = topic.pattern.split('/');
    const variableStart = levels.findIndex((level) => level.includes('{') && !ID_LEVELS.has(level));
    const channel = isDelivery ? topic.channel : undefined;
    // The response repeats the request id as the client wrote it.
    const isOpen = channel === 'twinResponses';
    const shape = { common: levels.slice(0, variableStart), variable: levels.slice(variableStart), isOpen };
    return [{ channel, ...shape }];
  });
}

const ALL_LEVELS = ['#'];
const ID_LEVELS: ReadonlySet<string> = new Set(['{deviceId}', '{moduleId}']);
const DEVICE_SHAPES = shapesOf('device');
const MODULE_SHAPES = shapesOf('module');

/** The documented filters without ids. They reach the same for every client, so that each CONNECT need not compute it. */
const REACH_OF_DOCUMENTED: ReadonlyMap<string, readonly FilterReach[]> = new Map(
  TOPICS.flatMap(({ direction, pattern }) => {
    if (direction !== 'subscribe' || pattern.includes('{')) return [];
    const anyDevice = { deviceId: '' } as ClientIdentity;
    return [[pattern, computeReach(anyDevice, pattern) ?? []] as const];
  }),
);

import { enumOf, textOf } from '../binding/typed-members.ts';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  memberInAnyCase,
  memberOf,
  withMember,
} from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import type { Twin } from '../twins/twin.ts';
import { changesOf } from '../twins/twin-merge.ts';
import { COMPONENT_MARK, isComponent } from './component.ts';

/** One operation of a JSON Patch on a digital twin. */
export type DigitalTwinOperation =
  | { readonly kind: 'set'; readonly path: DigitalTwinPath; readonly value: JsonValue }
  | { readonly kind: 'remove'; readonly path: DigitalTwinPath };

/** A path to a property, to a component, or to a property of a component. */
export type DigitalTwinPath = readonly [name: string] | readonly [component: string, name: string];

// ASP.NET ignores the case of these names.
const OPERATIONS = ['add', 'replace', 'remove'] as const;
// The syntax of a name in the Digital Twins Definition Language.
const NAME = /^[A-Za-z](?:[A-Za-z0-9_]{0,62}[A-Za-z0-9])?$/;
const MAXIMUM_DEPTH = 5;
// Each operation copies the result of the operation before it. Thousands of them would block every other caller.
const MAXIMUM_OPERATIONS = 500;

/** Parses a JSON Patch of `add`, `replace` and `remove`. On a digital twin `add` and `replace` are the same. */
export function parseDigitalTwinPatch(body: JsonValue): Result<readonly DigitalTwinOperation[]> {
  if (!Array.isArray(body)) {
    return failed('InvalidDigitalTwinJsonPatch', 'The body must be an array of JSON Patch operations.');
  }
  if (body.length > MAXIMUM_OPERATIONS) {
    const text = `A patch has at most ${MAXIMUM_OPERATIONS} operations, not ${body.length}.`;
    return failed('InvalidDigitalTwinJsonPatch', text);
  }
  const operations: DigitalTwinOperation[] = [];
  for (const value of body as readonly JsonValue[]) {
    const operation = parseOperation(value);
    if (!operation.ok) return operation;
    operations.push(operation.value);
  }
  return ok(operations);
}

/** Returns the patch of desired properties that is equal to the operations on a digital twin. */
export function applyDigitalTwinPatch(
  twin: Twin,
  operations: readonly DigitalTwinOperation[],
): Result<JsonObject> {
  const before: JsonObject = twin.properties.desired;
  let after = before;
  for (const operation of operations) {
    const applied = applyOperation(twin, after, operation);
    if (!applied.ok) return applied;
    after = applied.value;
  }
  return ok(
    differenceOf(
      before,
      after,
      operations.map(({ path }) => path),
    ),
  );
}

function parseOperation(value: JsonValue): Result<DigitalTwinOperation> {
  const text = isJsonObject(value) ? textOf(memberInAnyCase(value, 'path'), undefined) : undefined;
  if (!isJsonObject(value) || text === undefined) {
    return failed('InvalidDigitalTwinJsonPatch', "Every operation needs an 'op' and a 'path'.");
  }
  const path = parsePath(text);
  if (!path.ok) return path;
  switch (enumOf(memberInAnyCase(value, 'op'), undefined, OPERATIONS, undefined)) {
    case 'add':
    case 'replace':
      return parseSet(path.value, memberInAnyCase(value, 'value'));
    case 'remove':
      return ok({ kind: 'remove', path: path.value });
    case undefined:
      return failed('InvalidDigitalTwinJsonPatch', "'op' must be add, replace or remove.");
  }
}

function parsePath(text: string): Result<DigitalTwinPath> {
  const [root, ...names] = text.split('/');
  if (root === '' && names.length >= 1 && names.length <= 2 && names.every((name) => NAME.test(name))) {
    return ok(names as readonly string[] as DigitalTwinPath);
  }
  return failed(
    'InvalidDigitalTwinPatchPath',
    `The path '${text.slice(0, 140)}' is neither /property nor /component nor /component/property.`,
  );
}

function parseSet(path: DigitalTwinPath, value: JsonValue | undefined): Result<DigitalTwinOperation> {
  if (value === undefined || value === null) {
    return failed('InvalidDigitalTwinJsonPatch', 'add and replace need a value that is not null.');
  }
  const mark = isJsonObject(value) ? memberOf(value, '$metadata') : undefined;
  if (mark !== undefined && (path.length !== 1 || !isJsonObject(mark) || Object.keys(mark).length > 0)) {
    return failed('InvalidDigitalTwinPayload', "A component is marked by an empty object '$metadata'.");
  }
  const conformant = checkValue(mark === undefined ? value : withoutMark(value as JsonObject), 0);
  return conformant.ok ? ok({ kind: 'set', path, value }) : conformant;
}

function checkValue(value: JsonValue, depth: number): Result<void> {
  if (Array.isArray(value)) {
    return failed('InvalidDigitalTwinPayload', 'The property of a digital twin cannot hold an array.');
  }
  if (!isJsonObject(value)) return ok(undefined);
  if (depth >= MAXIMUM_DEPTH) {
    return failed('InvalidDigitalTwinPayload', `A value has at most ${MAXIMUM_DEPTH} levels.`);
  }
  for (const [name, member] of Object.entries(value)) {
    if (!NAME.test(name)) {
      const text = `'${name.slice(0, 64)}' is no valid name in a digital twin.`;
      return failed('InvalidDigitalTwinPayload', text);
    }
    const conformant = checkValue(member, depth + 1);
    if (!conformant.ok) return conformant;
  }
  return ok(undefined);
}

function applyOperation(
  twin: Twin,
  desired: JsonObject,
  operation: DigitalTwinOperation,
): Result<JsonObject> {
  const [first, second] = operation.path;
  if (second !== undefined) return applyInComponent(twin, desired, operation, first, second);
  if (operation.kind === 'remove') return ok(without(desired, first));
  const { value } = operation;
  if (isJsonObject(value) && memberOf(value, '$metadata') !== undefined) {
    return ok(withMember(desired, first, { [COMPONENT_MARK]: 'c', ...withoutMark(value) }));
  }
  if (!isKnownComponent(twin, desired, first)) return ok(withMember(desired, first, value));
  const text = `'${first}' is a component, so its value needs an empty object '$metadata'.`;
  return failed('InvalidDigitalTwinPatch', text);
}

function applyInComponent(
  twin: Twin,
  desired: JsonObject,
  operation: DigitalTwinOperation,
  component: string,
  name: string,
): Result<JsonObject> {
  if (!isKnownComponent(twin, desired, component)) {
    const text = `The digital twin has no component '${component}', add it as a whole first.`;
    return failed('InvalidDigitalTwinPatch', text);
  }
  const before = memberOf(desired, component);
  const members: JsonObject = { [COMPONENT_MARK]: 'c', ...(isJsonObject(before) ? before : {}) };
  if (operation.kind === 'set') {
    return ok(withMember(desired, component, withMember(members, name, operation.value)));
  }
  if (!isJsonObject(before)) return ok(desired);
  const rest = without(members, name);
  const isEmpty = Object.keys(rest).every((key) => key === COMPONENT_MARK);
  return ok(isEmpty ? without(desired, component) : withMember(desired, component, rest));
}

function isKnownComponent(twin: Twin, desired: JsonObject, name: string): boolean {
  return isComponent(memberOf(desired, name)) || isComponent(memberOf(twin.properties.reported, name));
}

/** Returns the twin patch that sets the properties at the paths to their values in `after` and changes no others. */
function differenceOf(before: JsonObject, after: JsonObject, paths: readonly DigitalTwinPath[]): JsonObject {
  const changes: [string, JsonValue][] = [];
  for (const [first, touched] of membersByFirst(paths)) {
    const previous = memberOf(before, first);
    const change = changeOf(previous, memberOf(after, first));
    if (change === undefined) continue;
    const isWhole = touched.has(undefined) || !isJsonObject(previous) || !isJsonObject(change);
    const isTouched = (name: string) => touched.has(name) || !Object.hasOwn(previous as JsonObject, name);
    changes.push([first, isWhole ? change : keepMembers(change, isTouched)]);
  }
  return Object.fromEntries(changes);
}

/** Groups the second names of the paths by their first name. A path of one name adds undefined. */
function membersByFirst(paths: readonly DigitalTwinPath[]): ReadonlyMap<string, Set<string | undefined>> {
  const members = new Map<string, Set<string | undefined>>();
  for (const [first, second] of paths) {
    members.set(first, (members.get(first) ?? new Set()).add(second));
  }
  return members;
}

function changeOf(before: JsonValue | undefined, after: JsonValue | undefined): JsonValue | undefined {
  if (after === undefined) return before === undefined ? undefined : null;
  return isJsonObject(before) && isJsonObject(after) ? changesOf(before, after) : after;
}

function keepMembers(object: JsonObject, isKept: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => isKept(name)));
}

function without(object: JsonObject, name: string): JsonObject {
  return keepMembers(object, (other) => other !== name);
}

function withoutMark(component: JsonObject): JsonObject {
  return without(component, '$metadata');
}

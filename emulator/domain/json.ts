import { parse as parseLossless, stringify as stringifyLossless } from 'lossless-json';
import { failed, ok, type Result } from './result.ts';

/**
 * A number with a spelling that JavaScript does not keep: `1.0`, `1e3`, or nineteen digits. IoT Hub returns numbers as
 * it received them, so {@link formatJson} prints `text`.
 */
export class NumberText {
  readonly text: string;
  readonly value: number;

  constructor(text: string) {
    this.text = text;
    this.value = Number(text);
  }

  valueOf(): number {
    return this.value;
  }
}

export type JsonPrimitive = string | number | boolean | null | NumberText;
export type JsonValue = JsonPrimitive | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof NumberText)
  );
}

// Matches the numbers whose spelling `JSON.parse` loses. They have an exponent or a trailing zero after the point, are
// `-0`, have at least 16 characters, or begin with six zeros after the point.
const UNUSUAL_NUMBER = /\d(?:[eE]|[\d.]{15})|\.(?:0{6}|\d*0(?!\d))|-0(?![.\d])/;

// The maximum depth of nesting. No stored document is as deep, and no recursive function exhausts the stack.
const MAXIMUM_DEPTH = 128;

/**
 * Parses JSON text. A number whose spelling JavaScript does not keep becomes a {@link NumberText}. Error:
 * `ArgumentInvalid` for invalid JSON and for more than 128 levels.
 */
export function parseJson(text: string): Result<JsonValue> {
  // Each level needs a character, so a short text is never too deep.
  if (text.length > MAXIMUM_DEPTH && depthOf(text) > MAXIMUM_DEPTH) {
    return failed('ArgumentInvalid', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`);
  }
  try {
    if (!UNUSUAL_NUMBER.test(text)) return ok(JSON.parse(text) as JsonValue);
    return ok(parseLossless(text, undefined, LOSSLESS) as JsonValue);
  } catch {
    return failed('ArgumentInvalid', 'The body is not valid JSON.');
  }
}

/** Formats a value as compact JSON. A {@link NumberText} keeps its spelling. */
export function formatJson(value: JsonValue): string {
  return typeof value === 'object' && value !== null && hasNumberText(value)
    ? (stringifyLossless(value, undefined, undefined, NUMBER_TEXT_FORMAT) as string)
    : JSON.stringify(value);
}

/** Returns a copy of an object with one member set. Every name is safe, also `__proto__`. */
export function withMember(base: JsonObject, name: string, value: JsonValue): JsonObject {
  return { ...base, [name]: value };
}

/** Returns a member of an object, or undefined if it does not exist. Members of a prototype are ignored. */
export function memberOf(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Returns the member with this name in any letter case, or undefined if it does not exist. The exact name takes
 * precedence. Some clients capitalize the names that they send.
 */
export function memberInAnyCase(object: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const lowerName = name.toLowerCase();
  for (const key of Object.keys(object)) if (key.toLowerCase() === lowerName) return object[key];
  return undefined;
}

const LOSSLESS = {
  parseNumber: parseNumberText,
  // `JSON.parse` also uses the last value of a repeated name.
  onDuplicateKey: ({ newValue }: { readonly newValue: unknown }) => newValue,
};

const NUMBER_TEXT_FORMAT = [
  {
    test: (value: unknown) => value instanceof NumberText,
    stringify: (value: unknown) => (value as NumberText).text,
  },
];

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isInString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function parseNumberText(text: string): number | NumberText {
  const value = Number(text);
  return String(value) === text ? value : new NumberText(text);
}

// Calls itself only for arrays and objects, because a query result has ten other values for each of them.
function hasNumberText(value: NumberText | JsonArray | JsonObject): boolean {
  if (Array.isArray(value)) {
    for (const item of value)
      if (typeof item === 'object' && item !== null && hasNumberText(item)) return true;
    return false;
  }
  if (value instanceof NumberText) return true;
  for (const name in value) {
    const member = (value as JsonObject)[name];
    if (typeof member === 'object' && member !== null && hasNumberText(member)) return true;
  }
  return false;
}
